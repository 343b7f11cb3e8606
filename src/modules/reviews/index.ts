export { listReviews, type ReviewList, type ReviewView } from './list-reviews.ts'
export { writeImportedReviews, type ImportedReview } from './write-imported-reviews.ts'
export { reviewListSchema } from './schema.ts'
