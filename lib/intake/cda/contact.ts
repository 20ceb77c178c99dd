import type { Address, ContactPoint } from '@medplum/fhirtypes';
import { attr, child, children, text, type XmlElement } from './xml.ts';

const ADDRESS_USE: Readonly<Record<string, NonNullable<Address['use']>>> = {
  H: 'home',
  HP: 'home',
  HV: 'temp',
  WP: 'work',
  TMP: 'temp',
  BAD: 'old',
};
const TELECOM_USE: Readonly<Record<string, NonNullable<ContactPoint['use']>>> = {
  H: 'home',
  HP: 'home',
  HV: 'temp',
  WP: 'work',
  MC: 'mobile',
  TMP: 'temp',
  BAD: 'old',
};
const TELECOM_SYSTEM: Readonly<Record<string, NonNullable<ContactPoint['system']>>> = {
  tel: 'phone',
  fax: 'fax',
  mailto: 'email',
  http: 'url',
  https: 'url',
};

/** An address given in parts or in lines; undefined when it says nothing (nullFlavor). */
export function addressOf(addr: XmlElement): Address | undefined {
  const street = [text(child(addr, 'houseNumber')), text(child(addr, 'streetName'))].filter((part) => part !== undefined).join(' ');
  const more = ['streetAddressLine', 'unitID', 'additionalLocator', 'postBox'].flatMap((name) => children(addr, name)).map(text);
  const line = [street || undefined, ...more].filter((part) => part !== undefined);
  const city = text(child(addr, 'city'));
  const postalCode = text(child(addr, 'postalCode'));
  const country = text(child(addr, 'country'));
  const whole = text(addr);
  if (whole === undefined) return undefined;
  const use = ADDRESS_USE[attr(addr, 'use')?.split(' ')[0] ?? ''];
  if (line.length === 0 && !city && !postalCode && !country) return { ...(use && { use }), text: whole };
  return {
    ...(use && { use }),
    ...(line.length > 0 && { line }),
    ...(city && { city }),
    ...(postalCode && { postalCode }),
    ...(country && { country }),
  };
}

/** A telephone number, an address of mail or of the web; undefined when it says nothing or has no known scheme. */
export function telecomOf(telecom: XmlElement): ContactPoint | undefined {
  const [, scheme = '', value = ''] = /^([a-z]+):(.+)$/i.exec(attr(telecom, 'value') ?? '') ?? [];
  const system = TELECOM_SYSTEM[scheme.toLowerCase()];
  if (system === undefined) return undefined;
  const use = TELECOM_USE[attr(telecom, 'use')?.split(' ')[0] ?? ''];
  return { system, value: system === 'url' ? `${scheme}:${value}` : value, ...(use && { use }) };
}
