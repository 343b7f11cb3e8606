'use client'

import { useEffect, useRef } from 'react'

/** Inside a search form: keeps fields that were left empty out of the address. */
export function TidyQuery() {
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const form = place.current?.closest('form')
    const tidy = ({ formData }: FormDataEvent) => {
      for (const [name, value] of [...formData]) if (value === '') formData.delete(name)
    }
    form?.addEventListener('formdata', tidy)
    return () => form?.removeEventListener('formdata', tidy)
  }, [])
  return <span ref={place} hidden />
}
