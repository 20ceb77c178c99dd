import { lambdaOf } from '../http.ts';
import { createApi } from './app.ts';

/** Lambda entry of the FHIR API. */
export const handler = lambdaOf(createApi);
