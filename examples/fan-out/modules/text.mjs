/** Modules about texts, in the form that shop.mjs explains. */
export const text = [
  {
    name: "count-words",
    about: "Words of a text, whatever stands between them.",
    code: `export function countWords(text) {
  return text.split(/\\s+/).filter((word) => word !== "").length;
}`,
    bug: ["!==", "==="],
    expects: [
      ["countWords(' one  two three ')", 3],
      ["countWords('')", 0],
    ],
  },
  {
    name: "email-domain",
    about: "What stands after the last @ of an address.",
    code: `export function emailDomain(address) {
  return address.slice(address.lastIndexOf("@") + 1);
}`,
    bug: ["lastIndexOf", "indexOf"],
    expects: [
      ["emailDomain('ann@example.org')", "example.org"],
      [`emailDomain('"a@b"@example.org')`, "example.org"],
    ],
  },
  {
    name: "greeting",
    about: "Greets people, and those without a name too.",
    code: `export function greeting(name) {
  return "Hello " + (name.trim() || "you");
}`,
    bug: ["||", "??"],
    expects: [
      ["greeting('Ann ')", "Hello Ann"],
      ["greeting(' ')", "Hello you"],
    ],
  },
  {
    name: "initials",
    about: "The first letters of a name, as capitals.",
    code: `export function initials(name) {
  return name.split(" ").map((part) => part.slice(0, 1).toUpperCase()).join("");
}`,
    bug: ["toUpperCase", "toLowerCase"],
    expects: [
      ["initials('ada lovelace')", "AL"],
      ["initials('Grace Brewster Hopper')", "GBH"],
    ],
  },
  {
    name: "is-image",
    about: "Whether a file is an image, by its name.",
    code: `export function isImage(name) {
  return [".png", ".jpg"].some((suffix) => name.endsWith(suffix));
}`,
    bug: ["endsWith", "startsWith"],
    expects: [
      ["isImage('cat.png')", true],
      ["isImage('.png.txt')", false],
    ],
  },
  {
    name: "palindrome",
    about: "Whether a word reads the same from its end.",
    code: `export function isPalindrome(word) {
  const letters = word.toLowerCase();
  return letters === [...letters].toReversed().join("");
}`,
    bug: ["toLowerCase", "trim"],
    expects: [
      ["isPalindrome('Anna')", true],
      ["isPalindrome('Annie')", false],
    ],
  },
  {
    name: "password",
    about: "A password has 12 characters or more, and a digit.",
    code: `export function isStrong(password) {
  return password.length >= 12 && /\\d/.test(password);
}`,
    bug: ["&&", "||"],
    expects: [
      ["isStrong('correct horse 1')", true],
      ["isStrong('correct horse')", false],
      ["isStrong('short 1')", false],
    ],
  },
  {
    name: "plural",
    about: "A number with its word.",
    code: `export function plural(count, word) {
  return count === 1 ? "1 " + word : count + " " + word + "s";
}`,
    bug: ["count === 1", "count === 0"],
    expects: [
      ["plural(1, 'cup')", "1 cup"],
      ["plural(0, 'cup')", "0 cups"],
      ["plural(2, 'cup')", "2 cups"],
    ],
  },
  {
    name: "slug",
    about: "A title as a part of an address.",
    code: `export function slug(title) {
  return title.toLowerCase().replaceAll(" ", "-");
}`,
    bug: ["replaceAll", "replace"],
    expects: [
      ["slug('Green tea')", "green-tea"],
      ["slug('A cup of tea')", "a-cup-of-tea"],
    ],
  },
  {
    name: "truncate",
    about: "The start of a text that is too long, of so many characters in all.",
    code: `export function truncate(text, length) {
  return text.length > length ? text.slice(0, length - 1) + "…" : text;
}`,
    bug: ["length - 1", "length + 1"],
    expects: [
      ["truncate('teapot', 6)", "teapot"],
      ["truncate('teapots', 6)", "teapo…"],
    ],
  },
];
