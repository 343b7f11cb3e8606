import {
  GatewayRejected,
  type Checkout,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'

/** Makes a page unpayable; one that was paid or has expired already is read. */
export async function expireCheckout(gateway: PaymentGateway, checkoutId: string): Promise<Checkout> {
  try {
    return await gateway.expireCheckout(checkoutId)
  } catch (error) {
    if (error instanceof GatewayRejected && error.code === 'checkout_not_open')
      return gateway.readCheckout(checkoutId)
    throw error
  }
}
