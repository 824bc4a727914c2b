/** A cart is a list of lines; prices are whole cents. */
export function createCart() {
  return { lines: [] };
}

export function addItem(cart, item, quantity = 1) {
  return { lines: [...cart.lines, { ...item, quantity }] };
}

export function removeItem(cart, sku) {
  return { lines: cart.lines.filter((line) => line.sku !== sku) };
}

/** What the customer pays, with a coupon of so many percent. */
export function totalCents(cart, couponPercent = 0) {
  return cart.lines.reduce((sum, line) => sum + Math.round((line.cents * (100 - couponPercent)) / 100) * line.quantity, 0);
}
