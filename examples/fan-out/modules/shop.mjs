/**
 * Modules of the sample repository as they should be. `bug` is what is seeded: the text of `code` and what stands there
 * instead. Each of `expects` is one test: an expression and its value.
 */
export const shop = [
  {
    name: "cashback",
    about: "Cents given back on a purchase: 5 % from 20 euros on, rounded down.",
    code: `import * as rounding from "./rounding.js";

export function cashback(cents) {
  return cents >= 2000 ? rounding.wholeCents((cents * 5) / 100) : 0;
}`,
    bug: [">=", ">"],
    expects: [
      ["cashback(1999)", 0],
      ["cashback(2000)", 100],
      ["cashback(2019)", 100],
    ],
  },
  {
    name: "price-tag",
    about: "A price with its tax, to the nearest cent.",
    code: `import * as rounding from "./rounding.js";

export function priceTag(cents, percent) {
  return rounding.nearestCent((cents * (100 + percent)) / 100);
}`,
    bug: ["nearestCent", "wholeCents"],
    expects: [
      ["priceTag(1000, 19)", 1190],
      ["priceTag(999, 19)", 1189],
      ["priceTag(101, 19)", 120],
    ],
  },
  {
    name: "child-ticket",
    about: "Half the price up to the age of 12.",
    code: `import { ages } from "./ages.js";

export function childTicket(cents, age) {
  return ages.isChild(age) ? cents / 2 : cents;
}`,
    expects: [
      ["childTicket(1000, 11)", 500],
      ["childTicket(1000, 12)", 500],
      ["childTicket(1000, 13)", 1000],
    ],
  },
  {
    name: "senior-ticket",
    about: "A quarter off from the age of 65 on.",
    code: `import { ages } from "./ages.js";

export function seniorTicket(cents, age) {
  return ages.isSenior(age) ? cents * 0.75 : cents;
}`,
    expects: [
      ["seniorTicket(1000, 64)", 1000],
      ["seniorTicket(1000, 65)", 750],
      ["seniorTicket(1000, 66)", 750],
    ],
  },
  {
    name: "discount",
    about: "The price after a discount in percent.",
    code: `export function discounted(cents, percent) {
  return Math.round((cents * (100 - percent)) / 100);
}`,
    bug: ["100 - percent", "100 + percent"],
    expects: [
      ["discounted(1000, 10)", 900],
      ["discounted(999, 50)", 500],
    ],
  },
  {
    name: "invoice-number",
    about: "Invoice numbers have five digits.",
    code: `export function invoiceNumber(number) {
  return "R" + String(number).padStart(5, "0");
}`,
    bug: ["padStart", "padEnd"],
    expects: [
      ["invoiceNumber(42)", "R00042"],
      ["invoiceNumber(12345)", "R12345"],
    ],
  },
  {
    name: "shipping",
    about: "Shipping costs 490 cents, and nothing from 50 euros on.",
    code: `export function shipping(cents, isMember) {
  return cents >= 5000 || isMember ? 0 : 490;
}`,
    bug: ["||", "&&"],
    expects: [
      ["shipping(5000, false)", 0],
      ["shipping(100, true)", 0],
      ["shipping(100, false)", 490],
    ],
  },
  {
    name: "stock",
    about: "An order can be sent when every line of it is in stock.",
    code: `export function canSend(lines, stock) {
  return lines.every(({ sku, quantity }) => (stock[sku] ?? 0) >= quantity);
}`,
    bug: ["every", "some"],
    expects: [
      ["canSend([{ sku: 'tea', quantity: 1 }], { tea: 1 })", true],
      ["canSend([{ sku: 'tea', quantity: 1 }, { sku: 'cup', quantity: 1 }], { tea: 1 })", false],
    ],
  },
  {
    name: "total",
    about: "The sum of all lines of a cart.",
    code: `export function total(lines) {
  return lines.reduce((sum, { cents, quantity }) => sum + cents * quantity, 0);
}`,
    bug: ["cents * quantity", "cents + quantity"],
    expects: [
      ["total([])", 0],
      ["total([{ cents: 100, quantity: 3 }, { cents: 5, quantity: 1 }])", 305],
    ],
  },
  {
    name: "waiting-list",
    about: "Who came first is served first.",
    code: `export function serve(waiting) {
  const rest = [...waiting];
  return rest.shift();
}`,
    bug: ["shift", "pop"],
    expects: [
      ["serve(['Ann', 'Bob', 'Cem'])", "Ann"],
      ["serve(['Dan'])", "Dan"],
    ],
  },
];

/** Files that several modules share. Two tasks have to change the same line of `ages`. */
export const shared = [
  {
    name: "ages",
    about: "Ages that matter for prices.",
    code: "export const ages = { isChild: (age) => age <= 12, isSenior: (age) => age >= 65 };",
    bugs: [
      ["age <= 12", "age < 12"],
      ["age >= 65", "age > 65"],
    ],
  },
  {
    name: "rounding",
    about: "Two ways to get from an amount to cents.",
    code: `export function wholeCents(amount) {
  return Math.floor(amount);
}

export function nearestCent(amount) {
  return Math.round(amount);
}`,
    bugs: [],
  },
];
