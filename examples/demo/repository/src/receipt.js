import { totalCents } from "./cart.js";

/** The receipt as it is printed: a line an item, then the coupon and the total. */
export function receipt(cart, couponPercent = 0) {
  const items = cart.lines.map((line) => row(`${line.quantity} x ${line.name}`, line.cents * line.quantity));
  const coupon = couponPercent === 0 ? [] : [`coupon ${couponPercent} %`];
  return [...items, ...coupon, row("total", totalCents(cart, couponPercent)), ""].join("\n");
}

function row(label, cents) {
  return label.padEnd(20) + (cents / 100).toFixed(2).padStart(8);
}
