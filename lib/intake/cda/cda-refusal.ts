import type { Refusal } from '../../platform/refusal.ts';

/** A document that was read and cannot be taken: HTTP 422 (contracts.md 5). `expression` is an XPath, without namespaces. */
export function unprocessable(code: string, expression: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code, expression, diagnostics, remedy };
}
