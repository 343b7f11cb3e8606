// Does on a simulated page of the payment company what a person does there: reads the form and sends it as it stands.

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
}

/** Sends the page's form with what is filled in already, and `answers` over it. Follows no redirect. */
export async function submitForm(
  address: string,
  answers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const page = await fetch(address)
  const html = await page.text()
  const form = /<form[^>]*\bmethod="post"[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0]
  if (!form) throw new Error(`There is no form at ${address} (${page.status}).`)
  const fields = new URLSearchParams({ ...filledIn(form), ...answers })
  const response = await fetch(new URL(attribute(form, 'action') ?? '', address), {
    method: 'POST',
    body: fields,
    redirect: 'manual',
  })
  await response.arrayBuffer() // so that the connection is free again
  if (response.status >= 400) throw new Error(`The form at ${address} was not accepted (${response.status}).`)
}

function filledIn(form: string): Record<string, string> {
  const inputs = [...form.matchAll(/<input\b[^>]*>/g)].map(([input]) => input)
  return Object.fromEntries(
    inputs.flatMap((input) => {
      const name = attribute(input, 'name')
      const chosen = !/\btype="(?:radio|checkbox|submit)"/.test(input)
      return name && chosen ? [[name, attribute(input, 'value') ?? '']] : []
    }),
  )
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replaceAll(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity)
}
