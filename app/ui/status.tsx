import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icons.tsx';

export type StatusKind = 'good' | 'notice' | 'alarm' | 'quiet';

/** How something stands: a word and an icon, never a colour alone. `icon` replaces the kind's own. */
export function Status({ kind, icon, children }: { kind: StatusKind; icon?: IconName; children?: Child }) {
  return (
    <span class="status" data-status={kind}>
      <Icon name={icon ?? kind} />
      <span>{children}</span>
    </span>
  );
}

/** A paragraph that stands out from its page, with the icon of its kind. */
export function Notice({ kind, children }: { kind: StatusKind; children?: Child }) {
  return (
    <div class="notice" data-status={kind}>
      <Icon name={kind} />
      <div>{children}</div>
    </div>
  );
}

/**
 * A lamp that a script switches with `data-on`; style shows the words that fit.
 * @param name what scripts find it by (`data-lamp`)
 */
export function Lamp({ name, icon, on, off }: { name: string; icon: IconName; on: string; off: string }) {
  return (
    <span class="lamp" data-lamp={name} data-on="false">
      <Icon name={icon} />
      <span class="lamp-on">{on}</span>
      <span class="lamp-off">{off}</span>
    </span>
  );
}
