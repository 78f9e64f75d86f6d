import { SoftwarePasskey } from '../app/cli/software-passkey.ts';

/** Flags of authenticator data (WebAuthn level 3, section 6.1). */
export const FLAGS = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10 } as const;

/** A security key for tests of custody without a browser: counts as hardware does, and does what no honest one would. */
export class SecurityKey extends SoftwarePasskey {
  /** What it counted last; to be set back, as on a copy. */
  counter = 0;
  /** Further flags that it shows each time. */
  readonly #shown: number;

  constructor(options: { synced?: boolean } = {}) {
    super();
    this.#shown = options.synced ? FLAGS.backupEligible | FLAGS.backedUp : 0;
  }

  /** @param options.flags in place of its own */
  override touch(
    challenge: string,
    origin: string,
    options: { rpId?: string; verified?: boolean; flags?: number } = {},
  ) {
    const { rpId = new URL(origin).hostname, verified = true } = options;
    const flags = options.flags ?? (verified ? this.flags : this.flags & ~FLAGS.verified);
    return this.assert(this.authenticatorData(rpId, flags), challenge, origin);
  }

  protected override get flags(): number {
    return super.flags | this.#shown;
  }

  protected override count(): number {
    return ++this.counter;
  }
}
