/** What the room's pages do with a passkey: sign in, enrol, ask for recordings' keys, sign an act. Forms say which with `data-passkey`. */
import { fromBase64url, toBase64url, type EnvelopeAlgorithm } from '../wire.ts';
import { makeRecipient, saveRecipient } from './recipient.ts';
import { RequestError, requestJson } from './room-request.ts';

type Json = Record<string, unknown>;

/** A sentence for the person; nothing was sent. */
class PasskeyError extends Error {}

/** Where an action leads; `once` for the address of a link that is shown here and nowhere again. */
interface Outcome {
  location: string;
  once?: boolean;
}

const ACTIONS: Record<string, (form: HTMLFormElement) => Promise<Outcome>> = {
  'sign-in': async () => {
    const { options } = await requestJson<{ options: Json }>('POST', '/sign-ins');
    return requestJson<Outcome>('POST', '/session', { body: { response: await touch(options) } });
  },
  enrol: async ({ dataset }) => {
    const token = dataset['token'];
    const { options } = await requestJson<{ options: Json }>('POST', '/enrolments/options', { body: { token } });
    const body = { token, response: await enrolPasskey(options) };
    return requestJson<Outcome>('POST', '/enrolments', { body });
  },
  release: async (form) => {
    const pair = await makeRecipient(form.dataset['alg'] as EnvelopeAlgorithm);
    const recipient = toBase64url(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)));
    const fields = new FormData(form);
    const purpose = String(fields.get('purpose'));
    const justification = needsJustification(form) ? String(fields.get('justification') ?? '').trim() : '';
    const attempts = form.dataset['attempts']!.split(' ');
    const scope = attempts.length === 1 ? { attempt: attempts[0] } : { batch: attempts };
    const extent = String(fields.get('extent'));
    const body = { type: 'release', scope, extent, purpose, justification, recipient };
    const { act } = await requestJson<{ act: string }>('POST', '/acts', { body });
    await saveRecipient(act, pair);
    return { location: `/acts/${act}` };
  },
  act: async ({ dataset }) => {
    const options = JSON.parse(dataset['options']!) as Json;
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(dataset['bytes']));
    if (options['challenge'] !== toBase64url(new Uint8Array(digest)))
      throw new PasskeyError(
        'What your passkey is asked to sign is not what this page shows. Nothing was signed. Tell your privacy officer.',
      );
    const path = `/acts/${dataset['act']}/signature`;
    return requestJson<Outcome>('POST', path, { body: { response: await touch(options) } });
  },
};

/**
 * Connects the forms of the page as it is now.
 * @param follow goes to the address that an action leads to
 */
export function connectForms(follow: (address: string) => Promise<void>): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) connect(form, follow);
}

function connect(form: HTMLFormElement, follow: (address: string) => Promise<void>): void {
  const button = form.querySelector<HTMLButtonElement>('button.primary')!;
  const run = ACTIONS[form.dataset['passkey']!]!;
  const demand = () => {
    const justification = form.querySelector('textarea');
    if (justification) justification.required = needsJustification(form);
  };
  for (const choice of form.querySelectorAll('input[type="radio"]')) choice.addEventListener('change', demand);
  demand();
  if (!('PublicKeyCredential' in globalThis)) {
    say('This browser has no passkeys. Use a current Chrome, Edge, Firefox or Safari, over https.');
    return;
  }
  button.disabled = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    say('');
    run(form)
      .then(({ location, once }) => (once ? showOnce(location) : follow(location)))
      .catch((error: unknown) => {
        say(sentenceFor(error));
        button.disabled = false;
      });
  });
}

/** What the exam's rules show for an integrity review is what recordings are made for; anything else is justified in words. */
function needsJustification(form: HTMLFormElement): boolean {
  const fields = new FormData(form);
  const [purpose, extent] = [fields.get('purpose'), fields.get('extent')];
  return purpose !== null && (purpose !== 'integrity-review' || extent !== 'least-view');
}

/** Shows an enrolment link in place of what was signed: leaving the page is leaving it behind. */
function showOnce(path: string): void {
  const part = document.querySelector<HTMLElement>('[data-enrolment]')!;
  const link = new URL(path, location.origin).href;
  part.querySelector('[data-link]')!.textContent = link;
  part.querySelector('[data-copy]')!.addEventListener('click', () => {
    const told = part.querySelector('[data-copied]')!;
    navigator.clipboard.writeText(link).then(
      () => (told.textContent = 'Copied. It stays in the clipboard until you copy something else.'),
      () => (told.textContent = 'This browser does not copy it. Select the link and copy it yourself.'),
    );
  });
  for (const element of document.querySelectorAll<HTMLElement>('[data-signing], [data-before]')) element.hidden = true;
  part.hidden = false;
  part.focus();
  const keep = (event: Event) => event.preventDefault();
  addEventListener('beforeunload', keep);
  part.querySelector('[data-done]')!.addEventListener('click', () => removeEventListener('beforeunload', keep));
}

function say(sentence: string): void {
  document.querySelector<HTMLElement>('[data-trouble]')!.textContent = sentence;
}

function sentenceFor(error: unknown): string {
  if (error instanceof RequestError || error instanceof PasskeyError) return error.message;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The passkey was not used: it was cancelled, took too long, or this device has none for the reading room. Nothing was done. Try again.';
  if (name === 'InvalidStateError')
    return 'This device’s passkey is enrolled already. Use another device, or sign in with this one.';
  if (name === 'NotSupportedError')
    return 'This device’s passkeys are of a kind that the reading room does not take. Use another device or a security key.';
  if (name === 'SecurityError')
    return 'The reading room was opened under another address than its own. Open it from your institution’s link.';
  return 'The passkey could not be used. Nothing was done. Try again, or use another browser.';
}

/** @returns the new passkey's answer in JSON form (WebAuthn level 3, section 5.1) */
async function enrolPasskey(options: Json): Promise<Json> {
  const publicKey: PublicKeyCredentialCreationOptions =
    'parseCreationOptionsFromJSON' in PublicKeyCredential
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON)
      : (decode(options) as unknown as PublicKeyCredentialCreationOptions);
  publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, userVerification: 'required' };
  return encode((await navigator.credentials.create({ publicKey })) as PublicKeyCredential);
}

/** @returns the passkey's assertion in JSON form, made with user verification */
async function touch(options: Json): Promise<Json> {
  const publicKey: PublicKeyCredentialRequestOptions =
    'parseRequestOptionsFromJSON' in PublicKeyCredential
      ? PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON)
      : (decode(options) as unknown as PublicKeyCredentialRequestOptions);
  publicKey.userVerification = 'required';
  return encode((await navigator.credentials.get({ publicKey })) as PublicKeyCredential);
}

/** For browsers without the JSON forms: challenge and ids from base64url to bytes. */
function decode(options: Json): Json {
  const credentials = (list: unknown) =>
    ((list ?? []) as { id: string }[]).map((one) => ({ ...one, id: fromBase64url(one.id) }));
  const user = options['user'] as { id: string } | undefined;
  return {
    ...options,
    challenge: fromBase64url(options['challenge'] as string),
    ...(user && { user: { ...user, id: fromBase64url(user.id) } }),
    allowCredentials: credentials(options['allowCredentials']),
    excludeCredentials: credentials(options['excludeCredentials']),
  };
}

function encode(credential: PublicKeyCredential): Json {
  if ('toJSON' in credential) return credential.toJSON() as unknown as Json;
  const plain = credential as PublicKeyCredential;
  const text = (buffer: ArrayBuffer | null | undefined) => (buffer ? toBase64url(new Uint8Array(buffer)) : undefined);
  const response = plain.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return {
    id: plain.id,
    rawId: text(plain.rawId),
    type: plain.type,
    authenticatorAttachment: plain.authenticatorAttachment ?? undefined,
    clientExtensionResults: plain.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}
