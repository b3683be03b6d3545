/**
 * Two texts of one person, written from the same beginning on two pages: what one of them holds of the other stands once, and
 * what both changed stands one after the other. Nothing of either is left out.
 *
 * @param {string} mine @param {string} base what both began with @param {string} other @param {string} between
 */
export function merged(mine, base, other, between) {
  if (mine.includes(other)) return mine;
  if (mine === base || other.includes(mine)) return other;
  const parts = `${between}${other}${between}`;
  if (!base || !parts.includes(`${between}${base}${between}`)) return `${mine}${between}${other}`;
  const whole = parts.replace(`${between}${base}${between}`, () => `${between}${mine}${between}`);
  return whole.slice(between.length, -between.length);
}
