// Stripe's words (https://docs.stripe.com/api/payouts/failures), as what a provider can do something about.
const SENTENCES: Readonly<Record<string, string>> = {
  account_closed: 'The bank says that the account is closed.',
  account_frozen: 'The bank says that the account is frozen.',
  bank_account_restricted: 'The bank does not let this account receive such payments.',
  bank_account_unusable: 'The bank account cannot be used for payouts.',
  bank_ownership_changed: 'The bank account belongs to somebody else now.',
  could_not_process: 'The bank could not process the payment.',
  debit_not_authorized: 'The bank does not allow the account to be debited.',
  declined: 'The bank declined the payment.',
  incorrect_account_holder_name: 'The name of the account holder is not the one the bank knows.',
  invalid_account_number: 'The bank knows no account with this number.',
  invalid_currency: 'The bank account does not take this currency.',
  no_account: 'The bank knows no such account.',
}

/** Why a bank sent a payout back, for the provider. A word that is new to us says at least that much. */
export function sayBankFailure(code: string): string {
  return SENTENCES[code] ?? 'The bank did not accept the payment.'
}
