// What pages and GET routes may ask of reviews.
export { listReviews, type ReviewList, type ReviewView } from './list-reviews.ts'
