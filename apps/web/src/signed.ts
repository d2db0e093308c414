import { createHmac, timingSafeEqual } from 'node:crypto';

const mac = (secret: string, purpose: string, value: string) =>
  createHmac('sha256', secret).update(`${purpose}\0${value}`).digest();

/** Signs a value for one purpose, so that it isn't valid for another. */
export function sign(value: string, purpose: string, secrets: readonly string[]): string {
  const [current] = secrets;
  if (current === undefined) throw new Error('There is no secret to sign with');
  return `${value}.${mac(current, purpose, value).toString('base64url')}`;
}

/** Returns the value if one of the secrets signed it for this purpose. */
export function unsign(signed: string, purpose: string, secrets: readonly string[]): string | undefined {
  const dot = signed.lastIndexOf('.');
  if (dot < 0) return undefined;
  const value = signed.slice(0, dot);
  const given = Buffer.from(signed.slice(dot + 1), 'base64url');
  const genuine = secrets.some((secret) => {
    const expected = mac(secret, purpose, value);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return genuine ? value : undefined;
}
