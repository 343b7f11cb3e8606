// What pages and GET routes may ask of reviews.
export { findReviewOfBooking, type ReviewOfBooking } from './find-review-of-booking.ts'
export { listReviewRecords, type ReviewRecord } from './list-review-records.ts'
export { listReviews, type ReviewList, type ReviewView } from './list-reviews.ts'
