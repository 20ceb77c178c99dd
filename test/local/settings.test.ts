import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIR, settingsOf } from '../../functions/local/settings.ts';

describe('what npm start runs with', () => {
  it('is on ports 3000 and 2575, in .data of the checkout, when nothing is chosen', () => {
    expect(settingsOf({}, [])).toEqual({ port: 3000, mllpPort: 2575, dataDir: join(PROJECT_DIR, '.data'), fresh: false });
  });

  it('is what the environment and --fresh choose', () => {
    const env = { PORT: '4000', MLLP_PORT: '4001', DATA_DIR: '/tmp/relais', DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' };
    expect(settingsOf(env, ['--fresh'])).toEqual({
      port: 4000,
      mllpPort: 4001,
      dataDir: '/tmp/relais',
      endpoint: 'http://127.0.0.1:8000',
      fresh: true,
    });
  });

  it('reads a relative DATA_DIR from the checkout, not from where the command was typed', () => {
    const { dataDir } = settingsOf({ DATA_DIR: 'elsewhere' }, []);
    expect(isAbsolute(dataDir) && dataDir.startsWith(PROJECT_DIR)).toBe(true);
  });

  it.each(['0', '65536', '-1', 'http', '3000x', '1e3'])('says in French that PORT=%s is no port', (port) => {
    expect(() => settingsOf({ PORT: port }, [])).toThrow(/PORT=.* n’est pas un port/);
  });

  it('names an option that does not exist', () => {
    expect(() => settingsOf({}, ['--frsh'])).toThrow(/Option inconnue : --frsh/);
  });
});
