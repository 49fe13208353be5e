// Puts things into groups: a Map from what `by` says of them to the list of them, both in order.
export function grouped(things, by) {
  const found = new Map();
  for (const one of things) {
    const name = by(one);
    if (found.has(name)) found.get(name).push(one);
    else found.set(name, [one]);
  }
  return found;
}
