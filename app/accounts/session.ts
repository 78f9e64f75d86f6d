import type { Representative } from '../room/custody.ts';

/** What the staff origin asks of custody, which holds its sessions. */
export interface StaffCustody {
  /** A ticket counts once. @throws AppError refused when it was used or is too old */
  redeemTicket(ticket: string): Promise<{ session: string; representative: Representative }>;
  /** @throws AppError not-signed-in when the session has ended */
  staffSession(session: string): Promise<{ representative: Representative }>;
  endStaffSession(session: string): Promise<void>;
}
