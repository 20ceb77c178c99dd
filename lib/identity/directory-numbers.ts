/** Whether the last digit is the Luhn key of those before it; false for anything but digits. */
export function luhnIsValid(digits: string): boolean {
  if (!/^[0-9]+$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, position) => {
      const weighed = Number(digit) * (position % 2 === 1 ? 2 : 1);
      return total + (weighed > 9 ? weighed - 9 : weighed);
    }, 0);
  return sum % 10 === 0;
}

/**
 * The RPPS (11 digits) in an RPPS or a PS_IdNat (`8` + RPPS), else undefined. Luhn is not asked: published and real
 * numbers break it, so callers warn (interop.md 1.4).
 */
export function rppsIn(number: string): string | undefined {
  if (/^[0-9]{11}$/.test(number)) return number;
  return /^8[0-9]{11}$/.test(number) ? number.slice(1) : undefined;
}

/** Whether a text has the shape of a FINESS: 9 characters, Corsican departments written 2A or 2B (interop.md 1.4). */
export function isFiness(text: string): boolean {
  return /^(?:2[AB]|[0-9]{2})[0-9]{7}$/.test(text);
}

/** Whether a FINESS has its Luhn key. Corsican numbers pass with their letter: no source says how it counts. */
export function finessKeyIsValid(finess: string): boolean {
  return isFiness(finess) && (/[AB]/.test(finess) || luhnIsValid(finess));
}
