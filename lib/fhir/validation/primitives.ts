/**
 * The primitive types of R4 (https://hl7.org/fhir/R4/datatypes.html#primitive) as tests on JSON values.
 * `string` and `markdown` follow the text of the specification, not its regular expression, whose `\S` refuses the
 * no-break space of French typography.
 */

export type Test = (value: unknown) => boolean;

const DATE = /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;
const DATE_TIME =
  /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const CODE = /^\S+(?:\s\S+)*$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NOT_BASE64 = /[^A-Za-z0-9+/=\s]/;
/** Below U+0020, but for tab and line ends (R4 datatypes.html#string); XML could not carry them. */
const CONTROL = /[^\P{Cc}\t\n\r\x7f-\x9f]/u;
const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
const INTEGER_MAX = 2_147_483_647;

const isString: Test = (value) => typeof value === 'string' && !isBlank(value) && !CONTROL.test(value) && value.isWellFormed();
const isUri: Test = (value) => typeof value === 'string' && value !== '' && !/\s/.test(value);
const isCode: Test = (value) => typeof value === 'string' && CODE.test(value);
const isId: Test = (value) => typeof value === 'string' && ID.test(value);
const isOid: Test = (value) => typeof value === 'string' && OID.test(value);
const isUuid: Test = (value) => typeof value === 'string' && UUID.test(value);
const isBoolean: Test = (value) => typeof value === 'boolean';
const isInteger: Test = (value) => Number.isInteger(value) && Math.abs(Number(value)) <= INTEGER_MAX;
const isUnsignedInt: Test = (value) => isInteger(value) && Number(value) >= 0;
const isPositiveInt: Test = (value) => isInteger(value) && Number(value) >= 1;
const isDecimal: Test = (value) => typeof value === 'number' && Number.isFinite(value);
const isTime: Test = (value) => typeof value === 'string' && TIME.test(value);
const isBase64Binary: Test = (value) => typeof value === 'string' && value !== '' && isBase64(value);
const isXhtml: Test = (value) => typeof value === 'string' && value !== '';

const isDate: Test = (value) => typeof value === 'string' && DATE.test(value) && isOnCalendar(value);

const isDateTime: Test = (value) => typeof value === 'string' && DATE_TIME.test(value) && isOnCalendar(value);

/** A dateTime to the second at least, with its offset. */
const isInstant: Test = (value) => typeof value === 'string' && value.length > 10 && isDateTime(value);

/** JSON type of each primitive, where it is not a string: what `badPrimitive` looks at to tell 400 from 422. */
export const JSON_TYPE: ReadonlyMap<string, string> = new Map([
  ['boolean', 'boolean'],
  ['integer', 'number'],
  ['unsignedInt', 'number'],
  ['positiveInt', 'number'],
  ['decimal', 'number'],
]);

/**
 * Nothing but white space: XML may trim it to nothing (R4 datatypes.html#string: strings should always contain other
 * characters), so it is refused in both formats. Nearly every text is told by its first character.
 */
export function isBlank(text: string): boolean {
  return !(text.charCodeAt(0) > SPACE && text.charCodeAt(0) < NO_BREAK_SPACE) && text.trim() === '';
}

/** Whether the day exists; the text has the shape of a date or starts with one. */
function isOnCalendar(text: string): boolean {
  if (text.startsWith('0000')) return false;
  const day = Number(text.slice(8, 10));
  return day <= 28 || day <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

/** Each step reads the text once, whatever it holds: documents of several megabytes pass here. */
function isBase64(text: string): boolean {
  if (NOT_BASE64.test(text)) return false;
  const digits = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  const padding = digits.indexOf('=');
  const isPaddingLast = padding === -1 || padding === digits.length - 1 || (padding === digits.length - 2 && digits.endsWith('=='));
  return digits.length > 0 && digits.length % 4 === 0 && isPaddingLast;
}

/** The test of each primitive type. */
export const PRIMITIVE_TESTS: { readonly [type: string]: Test } = {
  string: isString,
  markdown: isString,
  uri: isUri,
  url: isUri,
  canonical: isUri,
  code: isCode,
  id: isId,
  oid: isOid,
  uuid: isUuid,
  boolean: isBoolean,
  integer: isInteger,
  unsignedInt: isUnsignedInt,
  positiveInt: isPositiveInt,
  decimal: isDecimal,
  date: isDate,
  dateTime: isDateTime,
  instant: isInstant,
  time: isTime,
  base64Binary: isBase64Binary,
  xhtml: isXhtml,
};
