/**
 * The second derivative of the logarithm of the gamma function: the variance of the logarithm of a gamma variable of shape x.
 *
 * @param x > 0
 * @see Abramowitz & Stegun 6.4.12, after raising x by 6.4.6
 */
export function trigamma(x: number): number {
  let sum = 0;
  let z = x;
  for (; z < 8; z++) sum += 1 / (z * z);
  const t = 1 / (z * z);
  return sum + 1 / z + t / 2 + (t / z) * (1 / 6 - t * (1 / 30 - t * (1 / 42 - t / 30)));
}

/** The first derivative of it. */
export function digamma(x: number): number {
  let sum = 0;
  let z = x;
  for (; z < 8; z++) sum -= 1 / z;
  const t = 1 / (z * z);
  return sum + Math.log(z) - 1 / (2 * z) - t * (1 / 12 - t * (1 / 120 - t / 252));
}

/** The x at which {@link trigamma} has a value > 0, by bisection. */
export function inverseTrigamma(value: number): number {
  let [low, high] = [-20, 20]; // logarithms
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (trigamma(Math.exp(middle)) > value) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
