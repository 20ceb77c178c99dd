import { describe, expect, it } from 'vitest';
import { ifMatchHolds, noneMatchNames, unmodifiedSince } from '../../lib/fhir/preconditions.ts';

describe('conditions on a version', () => {
  it.each([
    ['W/"3"', true],
    ['"3"', true],
    ['W/"3.A-42-0a1b2c3d"', true],
    ['W/"1", W/"3"', true],
    ['*', true],
    ['W/"33"', false],
    ['', false],
  ])('If-Match: %s against version 3: %s', (header, holds) => {
    expect(ifMatchHolds(header, 3)).toBe(holds);
  });

  it.each([
    ['W/"3.cut"', 'W/"3.cut"', true],
    ['"3.cut"', 'W/"3.cut"', true],
    ['W/"2", W/"3"', 'W/"3"', true],
    ['W/"3"', 'W/"3.cut"', false],
    ['W/"3.cut"', 'W/"3"', false],
    ['*', 'W/"3"', false],
  ])('If-None-Match: %s names %s: %s', (header, etag, names) => {
    expect(noneMatchNames(header, etag)).toBe(names);
  });

  it.each([
    ['Fri, 01 May 2026 10:00:00 GMT', true],
    ['Fri, 01 May 2026 10:00:01 GMT', true],
    ['Fri, 01 May 2026 09:59:59 GMT', false],
    ['yesterday', false],
  ])('written at 10:00:00.500, not since %s: %s', (header, holds) => {
    expect(unmodifiedSince(header, '2026-05-01T10:00:00.500Z')).toBe(holds);
  });
});
