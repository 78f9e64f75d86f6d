import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import type { GrantView } from './custody.ts';

/** Milliseconds that custody's word on a grant holds here: playing asks for segments faster than that. */
const TRUSTED = 1000;

/** Custody's word on grants, asked anew at least once a second, so that an end or a suspension ends a view at once. */
export class LiveGrants {
  readonly #custody: Pick<RoomCustody, 'grant'>;
  readonly #known = new Map<string, { until: number; grant: Promise<GrantView> }>();

  constructor(custody: Pick<RoomCustody, 'grant'>) {
    this.#custody = custody;
  }

  /** @returns what custody says now of the grant, which may have ended; `live` holds it to be so for a while */
  ask(session: string, id: string): Promise<GrantView> {
    const now = Date.now();
    for (const [name, { until }] of this.#known) if (until < now) this.#known.delete(name);
    const grant = this.#custody.grant(session, id);
    this.#known.set(`${session}/${id}`, { until: now + TRUSTED, grant });
    grant.catch(() => this.forget(session, id));
    return grant;
  }

  /**
   * @returns the grant, while it lives
   * @throws AppError refused when it has ended; whatever custody throws
   */
  async live(session: string, id: string): Promise<GrantView> {
    const known = this.#known.get(`${session}/${id}`);
    const grant = await (known && known.until >= Date.now() ? known.grant : this.ask(session, id));
    if (grant.endedAt || Date.parse(grant.expiresAt) <= Date.now())
      throw new AppError('refused', {
        sentence: grant.endedBecause ?? 'This view has ended. Open the recording again if you need more.',
      });
    return grant;
  }

  forget(session: string, id: string): void {
    this.#known.delete(`${session}/${id}`);
  }
}
