/** Interim: replaced by api/quantity.ts with the same results. */
const SUFFIX: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const memo = new Map<string, number>();
function parse(text: string): number {
  let value = memo.get(text);
  if (value === undefined) {
    const match = /^([0-9.]+(?:[eE][0-9]+)?)([A-Za-z]*)$/.exec(text);
    value = Number(match?.[1] ?? 0) * (SUFFIX[match?.[2] ?? ''] ?? 1);
    memo.set(text, value);
  }
  return value;
}
export function milliOf(quantity: string): number {
  return Math.ceil(parse(quantity) * 1000);
}
export function valueOf(quantity: string): number {
  return Math.ceil(parse(quantity));
}
