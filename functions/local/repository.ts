import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { accepted, type Refusal, type Result, refused } from '../../lib/platform/refusal.ts';
import { isObject, readJsonFile, writeJsonFile } from './json-file.ts';

/** A DMP-like document repository: what Relais pushes to it, it keeps (contracts.md 6). */
export type LocalRepository = {
  /** ITI-105, Simplified Publish: `created` is false when the same masterIdentifier came before. */
  readonly publish: (body: unknown) => Promise<Result<{ readonly document: DocumentReference; readonly created: boolean }>>;
  readonly read: (id: string) => Promise<DocumentReference | undefined>;
  /** Everything that it holds, as a searchset. */
  readonly search: (selfUrl: string) => Promise<Bundle>;
};

/**
 * @param folder one file a document
 * @see https://profiles.ihe.net/ITI/MHD/ITI-105.html and interop.md 4 (pdsm-simplified-publish)
 */
export function makeLocalRepository(folder: string): LocalRepository {
  const read = async (id: string): Promise<DocumentReference | undefined> => {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const kept = await readJsonFile(join(folder, `${id}.json`));
    return isDocumentReference(kept) ? kept : undefined;
  };
  return {
    read,
    publish: async (body) => {
      const missing = missingIn(body);
      if (missing !== undefined || !isDocumentReference(body)) return refused(incomplete(missing ?? 'resourceType'));
      const { system = '', value = '' } = body.masterIdentifier ?? {};
      const id = createHash('sha256').update(`${system}|${value}`).digest('hex').slice(0, 32);
      const known = await read(id);
      if (known) return accepted({ document: known, created: false });
      const document: DocumentReference = { ...body, id };
      await writeJsonFile(join(folder, `${id}.json`), document);
      return accepted({ document, created: true });
    },
    search: async (selfUrl) => {
      await mkdir(folder, { recursive: true });
      const ids = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
      const documents = await Promise.all(ids.map((name) => read(name.replace(/\.json$/, ''))));
      const entry = documents
        .filter((document) => document !== undefined)
        .map((resource) => ({ fullUrl: `${selfUrl}/${resource.id}`, resource, search: { mode: 'match' as const } }));
      return { resourceType: 'Bundle', type: 'searchset', total: entry.length, link: [{ relation: 'self', url: selfUrl }], entry };
    },
  };
}

function isDocumentReference(value: unknown): value is DocumentReference {
  return isObject(value) && value.resourceType === 'DocumentReference';
}

/** The first element that a published document must have and this one has not. */
function missingIn(body: unknown): string | undefined {
  if (!isDocumentReference(body)) return 'resourceType';
  if (body.status !== 'current') return 'status';
  if (!body.masterIdentifier?.value) return 'masterIdentifier';
  if (!body.subject) return 'subject';
  if (!body.date) return 'date';
  const attachment = body.content?.[0]?.attachment;
  if (!attachment?.data) return 'content.attachment.data';
  return attachment.contentType ? undefined : 'content.attachment.contentType';
}

function incomplete(element: string): Refusal {
  return {
    category: 'unprocessable',
    code: 'simplified-publish-incomplete',
    expression: `DocumentReference.${element}`,
    diagnostics: `ITI-105: ${element} is missing or has another value than the profile asks.`,
    remedy: `Complétez ${element} puis renvoyez le document.`,
  };
}
