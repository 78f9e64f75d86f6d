/** Whether the long tests run too, as `npm run test:full` has them. */
export const FULL = Boolean(process.env['CLOISTER_TEST_FULL']);
