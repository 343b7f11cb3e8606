export {
  CLIENT_ADDRESS_HEADER,
  createAccounts,
  emailOfUser,
  findSignedIn,
  ownOrigins,
  type Accounts,
  type SignedIn,
} from './accounts.ts'
export { users } from './tables.ts'
