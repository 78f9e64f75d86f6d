import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pkcs11 from 'pkcs11js';

export const NSS_MODULE = '/usr/lib/x86_64-linux-gnu/libsoftokn3.so';
export const NSS_LABEL = 'NSS Certificate DB';
const CKU_SO = 0;

/**
 * A fresh database of NSS's software token (Debian's libnss3) with a PIN, in a folder of its own.
 * @returns the folder, and what the module has to be told to open it
 */
export function makeNssToken(pin: string): { folder: string; parameters: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-nss-'));
  const parameters = `configdir='sql:${folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=`;
  const library = new pkcs11.PKCS11();
  library.load(NSS_MODULE);
  library.C_Initialize({ flags: pkcs11.CKF_OS_LOCKING_OK, libraryParameters: parameters });
  try {
    const slot = library.C_GetSlotList(true).find((one) => library.C_GetTokenInfo(one).label.trim() === NSS_LABEL);
    const session = library.C_OpenSession(slot!, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
    library.C_Login(session, CKU_SO, '');
    library.C_InitPIN(session, pin);
  } finally {
    library.C_Finalize();
    library.close();
  }
  return { folder, parameters };
}
