/** Modules about numbers and lists, in the form that shop.mjs explains. */
export const numbers = [
  {
    name: "average",
    about: "The mean of numbers; 0 of none.",
    code: `export function average(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}`,
    bug: ["Math.max", "Math.min"],
    expects: [
      ["average([2, 4])", 3],
      ["average([])", 0],
    ],
  },
  {
    name: "celsius",
    about: "Fahrenheit as Celsius.",
    code: `export function celsius(fahrenheit) {
  return Math.round(((fahrenheit - 32) * 5) / 9);
}`,
    bug: ["- 32", "- 31"],
    expects: [
      ["celsius(32)", 0],
      ["celsius(40)", 4],
      ["celsius(212)", 100],
    ],
  },
  {
    name: "chunks",
    about: "A list in pieces of a size.",
    code: `export function chunks(list, size) {
  const pieces = [];
  for (let at = 0; at < list.length; at += size) pieces.push(list.slice(at, at + size));
  return pieces;
}`,
    bug: ["pieces.push", "pieces.unshift"],
    expects: [
      ["chunks([1, 2, 3], 2)", [[1, 2], [3]]],
      ["chunks([], 2)", []],
    ],
  },
  {
    name: "clamp",
    about: "A number within bounds.",
    code: `export function clamp(number, least, most) {
  return Math.min(most, Math.max(least, number));
}`,
    bug: ["Math.min", "Math.max"],
    expects: [
      ["clamp(5, 1, 3)", 3],
      ["clamp(0, 1, 3)", 1],
      ["clamp(2, 1, 3)", 2],
    ],
  },
  {
    name: "leap-year",
    about: "Whether a year has 366 days.",
    code: `export function isLeapYear(year) {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}`,
    bug: ["!==", "==="],
    expects: [
      ["isLeapYear(2024)", true],
      ["isLeapYear(2100)", false],
      ["isLeapYear(2000)", true],
    ],
  },
  {
    name: "median",
    about: "The number in the middle.",
    code: `export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}`,
    bug: ["a - b", "a + b"],
    expects: [
      ["median([30, 1, 200])", 30],
      ["median([5, 4, 3, 2, 1])", 3],
    ],
  },
  {
    name: "minutes",
    about: "Seconds as minutes, one that has begun counts as a whole.",
    code: `export function minutes(seconds) {
  return Math.ceil(seconds / 60);
}`,
    bug: ["Math.ceil", "Math.floor"],
    expects: [
      ["minutes(60)", 1],
      ["minutes(61)", 2],
    ],
  },
  {
    name: "pages",
    about: "The rows of a page; the first page is 1.",
    code: `export function rowsOfPage(rows, page, size) {
  return rows.slice((page - 1) * size, page * size);
}`,
    bug: ["page - 1", "page - 0"],
    expects: [
      ["rowsOfPage([1, 2, 3, 4, 5], 1, 2)", [1, 2]],
      ["rowsOfPage([1, 2, 3, 4, 5], 3, 2)", [5]],
    ],
  },
  {
    name: "range",
    about: "Whole numbers from one to another, both included.",
    code: `export function range(from, to) {
  const numbers = [];
  for (let number = from; number <= to; number += 1) numbers.push(number);
  return numbers;
}`,
    bug: ["<=", "<"],
    expects: [
      ["range(1, 3)", [1, 2, 3]],
      ["range(2, 2)", [2]],
    ],
  },
  {
    name: "unique",
    about: "Every entry once, where it stood first.",
    code: `export function unique(list) {
  return list.filter((entry, at) => list.indexOf(entry) === at);
}`,
    bug: ["indexOf", "lastIndexOf"],
    expects: [
      ["unique(['b', 'a', 'b'])", ["b", "a"]],
      ["unique([])", []],
    ],
  },
];
