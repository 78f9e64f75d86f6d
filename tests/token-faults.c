/*
 * SoftHSM with faults: a PKCS#11 module that passes every call on, except that it misbehaves as TOKEN_FAULT says.
 * Built by token-faults.test.ts; SOFTHSM_MODULE is the path of the real module.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "pkcs11.h"

static CK_FUNCTION_LIST real, faulty;

static int fault(const char *name) {
  const char *wanted = getenv("TOKEN_FAULT");
  return wanted && strcmp(wanted, name) == 0;
}

static void set_flag(CK_ATTRIBUTE_PTR attributes, CK_ULONG count, CK_ATTRIBUTE_TYPE type, CK_BBOOL value) {
  for (CK_ULONG i = 0; i < count; i++)
    if (attributes[i].type == type) *(CK_BBOOL *)attributes[i].pValue = value;
}

static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR public_template,
                               CK_ULONG public_count, CK_ATTRIBUTE_PTR private_template, CK_ULONG private_count,
                               CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key) {
  if (fault("full")) return CKR_DEVICE_MEMORY;
  if (fault("decrypts")) set_flag(private_template, private_count, CKA_DECRYPT, CK_TRUE);
  return real.C_GenerateKeyPair(session, mechanism, public_template, public_count, private_template, private_count,
                                public_key, private_key);
}

static CK_RV unwrap_key(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE unwrapping_key,
                        CK_BYTE_PTR wrapped, CK_ULONG length, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                        CK_OBJECT_HANDLE_PTR key) {
  CK_RSA_PKCS_OAEP_PARAMS *oaep = mechanism->pParameter;
  if (fault("crashes") && oaep->hashAlg == CKM_SHA256) abort();
  if (fault("removed")) return CKR_DEVICE_REMOVED;
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
  faulty.C_GenerateKeyPair = generate_key_pair;
  faulty.C_UnwrapKey = unwrap_key;
  *list = &faulty;
  return CKR_OK;
}
