/** Numbers as they are shown: few digits, a true minus sign, and the same width where they stand below each other. */

/** A number with so many significant digits (default 3), small and large ones as powers of ten. */
export function short(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return withMinus(power(value, digits));
  return withMinus(String(Number(value.toPrecision(digits))));
}

/** A number with a fixed number of decimals (default 2). */
export function fixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return short(value);
  const text = value.toFixed(decimals);
  return withMinus(Number(text) === 0 ? text.replace('-', '') : text);
}

/** 0.1234 → 12.3 % */
export function percent(share: number, decimals = 1): string {
  return `${fixed(100 * share, decimals)} %`;
}

/** 12345 → 12 345, with a narrow space that does not break. */
export function count(value: number): string {
  return withMinus(String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' '));
}

const raised: Record<string, string> = Object.fromEntries(
  [...'0123456789-'].map((sign, i) => [sign, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁻'][i]!]),
);

function power(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 1)).split('e');
  const raisedExponent = [...String(Number(exponent))].map((sign) => raised[sign]).join('');
  return `${Number(mantissa)}·10${raisedExponent}`;
}

function withMinus(text: string): string {
  return text.replace(/^-/, '−');
}
