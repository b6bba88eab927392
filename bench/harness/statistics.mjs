/** The little statistics that the tables need. */

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values) {
  if (values.length === 0) throw new RangeError('there is no median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that at least the given share (0 to 1) of the values does not exceed. */
export function quantile(values, share) {
  if (values.length === 0) throw new RangeError('there is no quantile of no values');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/**
 * How many times better `ours` is than `theirs`: above 1 we are ahead, whichever way the measure points.
 * @param better `higher` (speed, accuracy) or `lower` (seconds, memory)
 */
export function advantage(ours, theirs, better) {
  if (better !== 'higher' && better !== 'lower')
    throw new RangeError(`better is '${better}': say higher or lower`);
  return better === 'higher' ? ours / theirs : theirs / ours;
}
