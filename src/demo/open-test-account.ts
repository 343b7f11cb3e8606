import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { OpenPayoutAccount } from '#src/modules/providers/index.ts'

/** Accounts of providers who do not exist: filled in already, so that they can be paid. */
export function openTestAccount(gateway: PaymentGateway): OpenPayoutAccount {
  return async ({ providerId, country, email }) => {
    const { id, ready, requirements } = await gateway.createPayoutAccount(
      { providerId, country, email, testData: true },
      `test account of ${providerId}`,
    )
    return { accountId: id, ready, requirements }
  }
}
