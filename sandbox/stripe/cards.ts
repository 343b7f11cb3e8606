/** What a test card does, from https://docs.stripe.com/testing. */
export interface TestCard {
  number: string
  /** The id that API calls use instead of the number. */
  paymentMethod: string
  label: string
  brand: 'amex' | 'discover' | 'mastercard' | 'visa'
  country: string
  funding: 'credit' | 'debit' | 'prepaid'
  decline?: { code: string; declineCode: string; message: string }
  /** Ask the customer to authenticate first; the decline above, if any, follows a completed challenge. */
  authenticate?: boolean
  dispute?: { reason: string; inquiry: boolean }
  refund?: 'pending_then_succeeds' | 'succeeds_then_fails'
  /** Funds are available at once, without the two days of waiting. */
  bypassesPending?: boolean
  /** Shown as a button on the hosted page, in this order. */
  button?: string
}

const DECLINED = 'Your card was declined.'
const visa = { brand: 'visa', country: 'US', funding: 'credit' } as const

export const TEST_CARDS: readonly TestCard[] = [
  {
    ...visa,
    number: '4242424242424242',
    paymentMethod: 'pm_card_visa',
    label: 'Succeeds',
    button: 'Success',
  },
  {
    ...visa,
    number: '4000000000000002',
    paymentMethod: 'pm_card_visa_chargeDeclined',
    label: 'Generic decline',
    button: 'Declined',
    decline: { code: 'card_declined', declineCode: 'generic_decline', message: DECLINED },
  },
  {
    ...visa,
    number: '4000000000009995',
    paymentMethod: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    label: 'Insufficient funds',
    button: 'Insufficient funds',
    decline: {
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    },
  },
  {
    ...visa,
    number: '4000002500003155',
    paymentMethod: 'pm_card_authenticationRequiredOnSetup',
    label: 'Asks for 3-D Secure',
    button: '3-D Secure',
    authenticate: true,
  },
  {
    ...visa,
    number: '4000000000003220',
    paymentMethod: 'pm_card_threeDSecure2Required',
    label: '3-D Secure 2 required',
    button: '3-D Secure 2',
    authenticate: true,
  },
  {
    ...visa,
    number: '4000000000000069',
    paymentMethod: 'pm_card_chargeDeclinedExpiredCard',
    label: 'Expired card',
    button: 'Expired card',
    decline: { code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.' },
  },
  {
    ...visa,
    number: '4000000000000259',
    paymentMethod: 'pm_card_createDispute',
    label: 'Succeeds, then disputed as fraudulent',
    button: 'Disputed later',
    dispute: { reason: 'fraudulent', inquiry: false },
  },
  {
    ...visa,
    number: '4000000000007726',
    paymentMethod: 'pm_card_pendingRefund',
    label: 'Refund pending, then succeeds',
    button: 'Slow refund',
    refund: 'pending_then_succeeds',
  },
  {
    ...visa,
    number: '4000000000005126',
    paymentMethod: 'pm_card_refundFail',
    label: 'Refund succeeds, then fails',
    button: 'Refund fails',
    refund: 'succeeds_then_fails',
  },
  {
    ...visa,
    number: '4000000000000077',
    paymentMethod: 'pm_card_bypassPending',
    label: 'Funds available at once',
    button: 'Funds at once',
    bypassesPending: true,
  },
  {
    ...visa,
    number: '4000056655665556',
    paymentMethod: 'pm_card_visa_debit',
    label: 'Visa debit',
    funding: 'debit',
  },
  {
    ...visa,
    number: '5555555555554444',
    paymentMethod: 'pm_card_mastercard',
    label: 'Mastercard',
    brand: 'mastercard',
  },
  {
    ...visa,
    number: '378282246310005',
    paymentMethod: 'pm_card_amex',
    label: 'American Express',
    brand: 'amex',
  },
  {
    ...visa,
    number: '6011111111111117',
    paymentMethod: 'pm_card_discover',
    label: 'Discover',
    brand: 'discover',
  },
  {
    ...visa,
    number: '4000002760003184',
    paymentMethod: 'pm_card_authenticationRequired',
    label: 'Always asks for 3-D Secure',
    authenticate: true,
  },
  {
    ...visa,
    number: '4000008260003178',
    paymentMethod: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    label: '3-D Secure, then insufficient funds',
    authenticate: true,
    decline: {
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    },
  },
  {
    ...visa,
    number: '4000008400001629',
    paymentMethod: 'pm_card_threeDSecureRequiredChargeDeclined',
    label: '3-D Secure, then declined',
    authenticate: true,
    decline: { code: 'card_declined', declineCode: 'generic_decline', message: DECLINED },
  },
  {
    ...visa,
    number: '4000000000009987',
    paymentMethod: 'pm_card_visa_chargeDeclinedLostCard',
    label: 'Lost card',
    decline: { code: 'card_declined', declineCode: 'lost_card', message: DECLINED },
  },
  {
    ...visa,
    number: '4000000000009979',
    paymentMethod: 'pm_card_visa_chargeDeclinedStolenCard',
    label: 'Stolen card',
    decline: { code: 'card_declined', declineCode: 'stolen_card', message: DECLINED },
  },
  {
    ...visa,
    number: '4000000000000127',
    paymentMethod: 'pm_card_chargeDeclinedIncorrectCvc',
    label: 'Wrong CVC',
    decline: {
      code: 'incorrect_cvc',
      declineCode: 'incorrect_cvc',
      message: "Your card's security code is incorrect.",
    },
  },
  {
    ...visa,
    number: '4000000000000119',
    paymentMethod: 'pm_card_chargeDeclinedProcessingError',
    label: 'Processing error',
    decline: {
      code: 'processing_error',
      declineCode: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  {
    ...visa,
    number: '4100000000000019',
    paymentMethod: 'pm_card_radarBlock',
    label: 'Blocked as fraud',
    decline: { code: 'card_declined', declineCode: 'fraudulent', message: DECLINED },
  },
  {
    ...visa,
    number: '4000000000002685',
    paymentMethod: 'pm_card_createDisputeProductNotReceived',
    label: 'Disputed as not received',
    dispute: { reason: 'product_not_received', inquiry: false },
  },
  {
    ...visa,
    number: '4000000000001976',
    paymentMethod: 'pm_card_createDisputeInquiry',
    label: 'Disputed as an inquiry',
    dispute: { reason: 'fraudulent', inquiry: true },
  },
]

const BY_NUMBER = new Map(TEST_CARDS.map((card) => [card.number, card]))
const BY_PAYMENT_METHOD = new Map(TEST_CARDS.map((card) => [card.paymentMethod, card]))

export function cardByNumber(number: string): TestCard | undefined {
  return BY_NUMBER.get(number.replaceAll(/[\s-]/g, ''))
}

export function cardByPaymentMethod(id: string): TestCard | undefined {
  return BY_PAYMENT_METHOD.get(id)
}
