/** What people write, by how many stars they give. Nothing that only one trade could be told. */
export const REVIEW_WORDS: Readonly<Record<number, readonly string[]>> = {
  5: [
    'Exactly what I hoped for, and on time to the minute. I have booked the next one already.',
    'Warm, calm and clearly very good at what they do.',
    'Booked the evening before, got a slot at nine. Could not be easier, and the result was great.',
    'They listened first, asked two good questions and then simply did it right.',
    'My third visit. It has been the same high standard each time.',
    'Worth every cent. The place is lovely too.',
    'Explained everything as we went along and never rushed me.',
    'I was nervous beforehand and left very happy. Thank you.',
    'Recommended by a friend, and now I recommend them to mine.',
    'Small place, big care. You notice that somebody loves their work.',
    'Professional from the confirmation to the goodbye.',
    '',
  ],
  4: [
    'Very good. It started ten minutes late, otherwise five stars.',
    'Good work and friendly. Parking nearby is not easy, so come by bicycle.',
    'Solid and fairly priced. I would come again.',
    'Really nice session, I would only have liked a little more time at the end.',
    'Good, clear and friendly. The waiting room is a bit noisy.',
    'Does what it says. Nothing fancy, and that is fine.',
    '',
  ],
  3: [
    'Fine, but I had expected a bit more for the price.',
    'The result is all right. It felt hurried towards the end.',
    'Friendly people, average experience. Perhaps it was a busy day.',
  ],
  2: [
    'We started twenty minutes late and nobody said a word about it.',
    'Not what we had talked about. They did offer to put it right.',
  ],
  1: [
    'The door was locked when I came. I did get my money back quickly, to be fair.',
    'Not for me at all, sorry.',
  ],
}

export const REPLY_WORDS = [
  'Thank you, it was a pleasure. See you next time!',
  'Thank you for the kind words, they mean a lot to a small place like ours.',
  'Thank you for coming, and for telling others about it.',
]

export const APOLOGY_WORDS = [
  'Thank you for being honest. That was not our best day; please write to us and we will make it good.',
  'We are sorry about this. We have changed how we plan our mornings since.',
]

export const AUTHORS = [
  ...[
    'Amelia R.',
    'Ben K.',
    'Carla M.',
    'David O.',
    'Elena P.',
    'Farid S.',
    'Gina L.',
    'Hugo T.',
    'Irene W.',
    'Jakob N.',
  ],
  ...[
    'Keiko A.',
    'Leo V.',
    'Marta C.',
    'Nadia E.',
    'Oscar B.',
    'Paula G.',
    'Quentin D.',
    'Rosa F.',
    'Sam H.',
    'Tara J.',
  ],
  ...[
    'Uma I.',
    'Victor Z.',
    'Wendy Y.',
    'Xavier U.',
    'Yasmin K.',
    'Zoe P.',
    'Alan D.',
    'Bea S.',
    'Chen L.',
    'Dora M.',
  ],
  ...[
    'Emil R.',
    'Fatou N.',
    'Greta H.',
    'Hiro T.',
    'Ines C.',
    'Joao B.',
    'Karin V.',
    'Liam F.',
    'Mona G.',
    'Nils E.',
  ],
]
