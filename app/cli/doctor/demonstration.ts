import { join } from 'node:path';
import { type Place, PLACES, readDemonstration } from '../demonstration-folder.ts';
import { examineCustody } from './custody.ts';
import { attempted, type Examination } from './examination.ts';
import { examineOrigin } from './origins.ts';

/**
 * Looks at the appliance that `cloister demo` runs: custody, and whether each origin answers. It writes nothing, so that it can be
 * asked twice a minute.
 * @param folder the demonstration's data
 */
export async function examineDemonstration(folder: string): Promise<Examination[]> {
  const log = (name: string) => join(folder, 'logs', `${name}.log`);
  const known = readDemonstration(folder);
  if (!known) {
    return [
      {
        of: 'Demonstration',
        verdict: 'ill',
        means: `There is none in ${folder}, or it is being made.`,
        mend: `Run “cloister demo --data ${folder}”.`,
      },
    ];
  }
  const origin = (place: Place) => async () => [
    await examineOrigin({
      origin: `https://${place}.localhost:${known.ports[place]}`,
      certificate: join(folder, 'tls', `${place}.crt`),
      listens: () => Promise.resolve({ host: '127.0.0.1', port: known.ports[place] }),
      renew: `Remove ${join(folder, 'tls', `${place}.crt`)} and start the demonstration again: it makes a new one.`,
      log: `Read ${log(place === 'room' ? 'room' : 'web')}.`,
    }),
  ];
  // At once: what asks for a container's health waits twenty seconds, and each of these takes ten to give up.
  const found = await Promise.all([
    attempted('Custody', () => examineCustody(join(folder, 'sockets', 'operator.sock'), log('custody'))),
    ...PLACES.map((place) => attempted(`Origin ${place}`, origin(place))),
  ]);
  return found.flat();
}
