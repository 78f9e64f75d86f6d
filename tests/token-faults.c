/*
 * SoftHSM with faults: a PKCS#11 module that passes every call on, except that it misbehaves as the file named in TOKEN_FAULT_FILE says
 * at that moment. Built by tests/faulty-token.ts; SOFTHSM_MODULE is the path of the real module.
 *
 *   removed    the token is not there: no slot, and CKR_DEVICE_REMOVED on whatever is asked
 *   slow       everything that takes a key answers after five seconds
 *   hang       everything that takes a key never answers
 *   stuck      even looking at an attribute never answers
 *   third      every third call fails
 *   thrice     one envelope is not unwrapped the first three times
 *   full       nothing can be made any more
 *   crash      unwrapping is a segmentation fault; crash-sha256: only with SHA-256
 *   no-unwrap  unwrapping is not supported
 *   decrypts, readable   keys get other rights than asked
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkcs11.h"

static CK_FUNCTION_LIST real, faulty;
static atomic_uint calls;

static int fault(const char *name) {
  char now[32] = "";
  int file = open(getenv("TOKEN_FAULT_FILE"), O_RDONLY);
  if (file < 0) return 0;
  ssize_t length = read(file, now, sizeof now - 1);
  close(file);
  if (length < 0) return 0;
  now[strcspn(now, "\n")] = 0;
  return strcmp(now, name) == 0;
}

/* What befalls any call. */
#define ANY                                                        \
  if (fault("removed")) return CKR_DEVICE_REMOVED;                 \
  if (fault("third") && ++calls % 3 == 0) return CKR_GENERAL_ERROR

/* What befalls those that take a key. */
#define KEYED                                                      \
  ANY;                                                             \
  if (fault("slow")) sleep(5);                                     \
  while (fault("hang") || fault("stuck")) sleep(1)

static void set_flag(CK_ATTRIBUTE_PTR attributes, CK_ULONG count, CK_ATTRIBUTE_TYPE type, CK_BBOOL value) {
  for (CK_ULONG i = 0; i < count; i++)
    if (attributes[i].type == type) *(CK_BBOOL *)attributes[i].pValue = value;
}

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  if (!fault("removed")) return real.C_GetSlotList(present, slots, count);
  *count = 0;
  return CKR_OK;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  if (fault("removed")) return CKR_TOKEN_NOT_PRESENT;
  ANY;
  return real.C_GetTokenInfo(slot, info);
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE_PTR session) {
  ANY;
  return real.C_OpenSession(slot, flags, application, notify, session);
}

static CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info) {
  ANY;
  return real.C_GetSessionInfo(session, info);
}

static CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                           CK_OBJECT_HANDLE_PTR object) {
  ANY;
  if (fault("full")) return CKR_DEVICE_MEMORY;
  return real.C_CreateObject(session, attributes, count, object);
}

static CK_RV destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  ANY;
  return real.C_DestroyObject(session, object);
}

static CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes,
                                 CK_ULONG count) {
  ANY;
  while (fault("stuck")) sleep(1);
  return real.C_GetAttributeValue(session, object, attributes, count);
}

static CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
  ANY;
  return real.C_FindObjectsInit(session, attributes, count);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  ANY;
  return real.C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
                  CK_ULONG_PTR room) {
  /* Whatever becomes of it, the operation has ended (PKCS#11 v3.0 section 5.13.2). */
  CK_RV done = real.C_Sign(session, data, length, signature, room);
  KEYED;
  return done;
}

static CK_RV decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  ANY;
  return real.C_DecryptInit(session, mechanism, key);
}

static CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR clear,
                     CK_ULONG_PTR room) {
  CK_RV done = real.C_Decrypt(session, data, length, clear, room);
  KEYED;
  return done;
}

static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR public_template,
                               CK_ULONG public_count, CK_ATTRIBUTE_PTR private_template, CK_ULONG private_count,
                               CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key) {
  KEYED;
  if (fault("full")) return CKR_DEVICE_MEMORY;
  if (fault("decrypts")) set_flag(private_template, private_count, CKA_DECRYPT, CK_TRUE);
  return real.C_GenerateKeyPair(session, mechanism, public_template, public_count, private_template, private_count,
                                public_key, private_key);
}

static CK_RV wrap_key(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE wrapping_key,
                      CK_OBJECT_HANDLE key, CK_BYTE_PTR wrapped, CK_ULONG_PTR room) {
  KEYED;
  return real.C_WrapKey(session, mechanism, wrapping_key, key, wrapped, room);
}

static CK_RV unwrap_key(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE unwrapping_key,
                        CK_BYTE_PTR wrapped, CK_ULONG length, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                        CK_OBJECT_HANDLE_PTR key) {
  CK_RSA_PKCS_OAEP_PARAMS *oaep = mechanism->pParameter;
  KEYED;
  if (fault("crash") || (fault("crash-sha256") && oaep->hashAlg == CKM_SHA256)) raise(SIGSEGV);
  if (fault("thrice")) {
    static CK_BYTE unlucky[16];
    static int failures;
    if (failures == 0) memcpy(unlucky, wrapped, sizeof unlucky);
    if (failures < 3 && memcmp(unlucky, wrapped, sizeof unlucky) == 0) {
      failures++;
      return CKR_GENERAL_ERROR;
    }
  }
  if (fault("no-unwrap")) return CKR_FUNCTION_NOT_SUPPORTED;
  if (fault("readable")) set_flag(attributes, count, CKA_SENSITIVE, CK_FALSE);
  return real.C_UnwrapKey(session, mechanism, unwrapping_key, wrapped, length, attributes, count, key);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  void *module = dlopen(getenv("SOFTHSM_MODULE"), RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList get = module ? (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList") : 0;
  CK_FUNCTION_LIST_PTR original;
  if (!get || get(&original) != CKR_OK) return CKR_GENERAL_ERROR;
  real = *original;
  faulty = real;
  faulty.C_GetSlotList = get_slot_list;
  faulty.C_GetTokenInfo = get_token_info;
  faulty.C_OpenSession = open_session;
  faulty.C_GetSessionInfo = get_session_info;
  faulty.C_CreateObject = create_object;
  faulty.C_DestroyObject = destroy_object;
  faulty.C_GetAttributeValue = get_attribute_value;
  faulty.C_FindObjectsInit = find_objects_init;
  faulty.C_SignInit = sign_init;
  faulty.C_Sign = sign;
  faulty.C_DecryptInit = decrypt_init;
  faulty.C_Decrypt = decrypt;
  faulty.C_GenerateKeyPair = generate_key_pair;
  faulty.C_WrapKey = wrap_key;
  faulty.C_UnwrapKey = unwrap_key;
  *list = &faulty;
  return CKR_OK;
}
