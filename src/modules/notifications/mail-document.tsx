import {
  Body,
  Button,
  Column,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Link,
  Preview,
  Row,
  Section,
  Text,
} from 'react-email'
import type { CSSProperties } from 'react'
import type { MailContent } from './templates/content.ts'

// The colours of the site (src/app/globals.css), written out: mail readers know no variables. Styles stand on the elements
// for readers that drop style sheets; the sheet only darkens, for those that can.
const LIGHT = {
  canvas: '#f2f6f1',
  surface: '#ffffff',
  sunken: '#e6ede5',
  ink: '#0e241f',
  inkSoft: '#42564d',
  line: '#d3ded4',
  board: '#0d302b',
  onBoard: '#eef6ef',
  citron: '#d9f160',
  brand: '#0f4d45',
  onBrand: '#f5ffe3',
} as const

const DARK_SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, .canvas > table > tbody > tr > td { background-color: #0a1412 !important; }
  .card { background-color: #11201d !important; border-color: #243732 !important; }
  .band { background-color: #10231f !important; }
  .ink { color: #e8f1ea !important; }
  .soft { color: #b0c2b8 !important; }
  .rule { border-color: #243732 !important; }
  .note { background-color: #0d1917 !important; color: #b0c2b8 !important; }
  .link { color: #c5e07f !important; }
  .button { background-color: #d5ec62 !important; color: #17240a !important; }
}
@media (max-width: 480px) {
  .inner > tbody > tr > td { padding-left: 18px !important; padding-right: 18px !important; }
  .button { display: block !important; text-align: center !important; }
}`

const FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
const text: CSSProperties = { fontSize: '16px', lineHeight: '24px', margin: '0 0 12px', color: LIGHT.ink }
const label: CSSProperties = { fontSize: '13px', lineHeight: '18px', margin: '0', color: LIGHT.inkSoft }
const value: CSSProperties = {
  fontSize: '16px',
  lineHeight: '23px',
  margin: '0',
  color: LIGHT.ink,
  wordBreak: 'break-word',
}
const inner: CSSProperties = { padding: '24px 28px' }
const MOOD_MARK = { good: LIGHT.citron, neutral: '#b4cbc0', attention: '#f5cb7d' } as const

export function MailDocument({ content }: { content: MailContent }) {
  return (
    <Html lang="en">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {/* One title only, the subject: some readers show it as the name of the tab. */}
        <title>{content.subject}</title>
        <style>{DARK_SHEET}</style>
      </Head>
      <Preview>{content.preview}</Preview>
      <Body
        className="canvas"
        style={{ backgroundColor: LIGHT.canvas, fontFamily: FONT, margin: 0, padding: '20px 8px' }}
      >
        <Container
          className="card"
          style={{
            maxWidth: '560px',
            backgroundColor: LIGHT.surface,
            border: `1px solid ${LIGHT.line}`,
            borderRadius: '14px',
            borderCollapse: 'separate',
            overflow: 'hidden',
          }}
        >
          <Section className="band inner" style={{ backgroundColor: LIGHT.board, padding: '20px 28px 22px' }}>
            <Text
              style={{
                fontSize: '14px',
                lineHeight: '20px',
                margin: '0 0 10px',
                color: LIGHT.onBoard,
                fontWeight: 600,
              }}
            >
              Ecosystem
            </Text>
            <Heading
              as="h1"
              style={{
                fontSize: '23px',
                lineHeight: '30px',
                fontWeight: 700,
                margin: 0,
                color: LIGHT.onBoard,
                borderLeft: `4px solid ${MOOD_MARK[content.mood]}`,
                paddingLeft: '12px',
              }}
            >
              {content.heading}
            </Heading>
          </Section>
          <Section className="inner" style={inner}>
            {content.paragraphs.map((paragraph) => (
              <Text key={paragraph} className="ink" style={text}>
                {paragraph}
              </Text>
            ))}
            <Details details={content.details} />
            <Price price={content.price} />
            {content.notes.map((note) => (
              <Text
                key={note}
                className="note"
                style={{
                  ...label,
                  backgroundColor: LIGHT.sunken,
                  borderRadius: '8px',
                  padding: '10px 12px',
                  margin: '14px 0 0',
                  lineHeight: '20px',
                }}
              >
                {note}
              </Text>
            ))}
            <Button
              className="button"
              href={content.button.url}
              style={{
                backgroundColor: LIGHT.brand,
                color: LIGHT.onBrand,
                fontSize: '16px',
                lineHeight: '24px',
                fontWeight: 600,
                borderRadius: '10px',
                padding: '11px 22px',
                marginTop: '22px',
              }}
            >
              {content.button.label}
            </Button>
            {(content.links ?? []).map(({ label: words, url }) => (
              <Text key={url} style={{ ...text, margin: '14px 0 0' }}>
                <Link className="link" href={url} style={{ color: LIGHT.brand, textDecoration: 'underline' }}>
                  {words}
                </Link>
              </Text>
            ))}
          </Section>
          <Section className="inner" style={{ padding: '0 28px 22px' }}>
            <Hr className="rule" style={{ borderColor: LIGHT.line, margin: '0 0 14px' }} />
            <Text className="soft" style={label}>
              {content.reason}
            </Text>
          </Section>
        </Container>
      </Body>
    </Html>
  )
}

function Details({ details }: { details: MailContent['details'] }) {
  return (
    <Section style={{ margin: '6px 0 0' }}>
      {details.map((detail) => (
        <Row key={detail.label}>
          <Column style={{ padding: '6px 0' }}>
            <Text className="soft" style={label}>
              {detail.label}
            </Text>
            {detail.lines.map((line) => (
              <Text key={line} className="ink" style={value}>
                {line}
              </Text>
            ))}
          </Column>
        </Row>
      ))}
    </Section>
  )
}

function Price({ price }: { price: MailContent['price'] }) {
  return (
    <Section
      className="rule"
      style={{ borderTop: `1px solid ${LIGHT.line}`, marginTop: '12px', paddingTop: '10px' }}
    >
      {price.map((line) => (
        <Row key={line.label}>
          <Column
            className="ink"
            style={{ ...value, padding: '3px 12px 3px 0', fontWeight: line.total ? 700 : 400 }}
          >
            {line.label}
          </Column>
          <Column
            className="ink"
            align="right"
            style={{
              ...value,
              padding: '3px 0',
              whiteSpace: 'nowrap',
              verticalAlign: 'top',
              fontWeight: line.total ? 700 : 400,
              fontVariantNumeric: 'tabular-nums',
            }}
          >
            {line.amount}
          </Column>
        </Row>
      ))}
    </Section>
  )
}
