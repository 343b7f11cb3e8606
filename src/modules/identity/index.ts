export {
  CLIENT_ADDRESS_HEADER,
  createAccounts,
  emailOfUser,
  findSignedIn,
  ownOrigins,
  provenEmailOfUser,
  type Accounts,
  type LinkMailing,
  type SignedIn,
} from './accounts.ts'
export { users } from './tables.ts'
