/** id, name, children: what the marketplace sells, three levels deep. Ids are public (they stand in URLs) and stay. */
export type CategoryNode = readonly [id: string, name: string, children?: readonly CategoryNode[]]

export const CATEGORY_TREE: readonly CategoryNode[] = [
  [
    'beauty',
    'Hair & beauty',
    [
      [
        'hair',
        'Hair',
        [
          ['haircut', 'Haircut'],
          ['hair-colour', 'Hair colour'],
          ['blow-dry', 'Blow-dry & styling'],
        ],
      ],
      [
        'barber',
        'Barber',
        [
          ['barber-cut', "Men's cut"],
          ['beard-trim', 'Beard trim & shave'],
        ],
      ],
      [
        'nails',
        'Nails',
        [
          ['manicure', 'Manicure'],
          ['pedicure', 'Pedicure'],
        ],
      ],
      [
        'skin',
        'Skin',
        [
          ['facial', 'Facial'],
          ['brows-lashes', 'Brows & lashes'],
        ],
      ],
    ],
  ],
  [
    'wellness',
    'Massage & wellness',
    [
      [
        'massage',
        'Massage',
        [
          ['swedish-massage', 'Swedish massage'],
          ['deep-tissue', 'Deep tissue massage'],
          ['sports-massage', 'Sports massage'],
          ['prenatal-massage', 'Prenatal massage'],
        ],
      ],
      [
        'bodywork',
        'Bodywork',
        [
          ['reflexology', 'Reflexology'],
          ['shiatsu', 'Shiatsu'],
          ['ayurveda', 'Ayurvedic treatment'],
        ],
      ],
      [
        'mind',
        'Mind & breath',
        [
          ['meditation', 'Meditation'],
          ['breathwork', 'Breathwork'],
        ],
      ],
    ],
  ],
  [
    'fitness',
    'Fitness & movement',
    [
      [
        'personal-training',
        'Personal training',
        [
          ['strength-coaching', 'Strength coaching'],
          ['running-coaching', 'Running coaching'],
        ],
      ],
      [
        'yoga',
        'Yoga',
        [
          ['hatha-yoga', 'Hatha yoga'],
          ['vinyasa-yoga', 'Vinyasa yoga'],
        ],
      ],
      [
        'pilates',
        'Pilates',
        [
          ['mat-pilates', 'Mat pilates'],
          ['reformer-pilates', 'Reformer pilates'],
        ],
      ],
      [
        'dance',
        'Dance',
        [
          ['salsa', 'Salsa'],
          ['ballroom', 'Ballroom'],
        ],
      ],
    ],
  ],
  [
    'health',
    'Health & therapy',
    [
      [
        'physiotherapy',
        'Physiotherapy',
        [
          ['sports-physio', 'Sports physiotherapy'],
          ['back-pain', 'Back and neck care'],
        ],
      ],
      ['osteopathy', 'Osteopathy', [['osteopathic-session', 'Osteopathic session']]],
      [
        'counselling',
        'Counselling',
        [
          ['individual-counselling', 'Individual counselling'],
          ['couples-counselling', 'Couples counselling'],
        ],
      ],
      ['nutrition', 'Nutrition', [['nutrition-plan', 'Nutrition plan']]],
    ],
  ],
  [
    'lessons',
    'Lessons & tutoring',
    [
      [
        'music',
        'Music',
        [
          ['guitar-lesson', 'Guitar lesson'],
          ['piano-lesson', 'Piano lesson'],
          ['singing-lesson', 'Singing lesson'],
        ],
      ],
      [
        'languages',
        'Languages',
        [
          ['english-lesson', 'English lesson'],
          ['spanish-lesson', 'Spanish lesson'],
          ['german-lesson', 'German lesson'],
        ],
      ],
      [
        'school',
        'School subjects',
        [
          ['maths-tutoring', 'Maths tutoring'],
          ['science-tutoring', 'Science tutoring'],
        ],
      ],
    ],
  ],
  [
    'home',
    'Home & garden',
    [
      [
        'cleaning',
        'Cleaning',
        [
          ['home-cleaning', 'Home cleaning'],
          ['window-cleaning', 'Window cleaning'],
        ],
      ],
      [
        'handyman',
        'Handyman',
        [
          ['small-repairs', 'Small repairs'],
          ['furniture-assembly', 'Furniture assembly'],
        ],
      ],
      ['gardening', 'Gardening', [['garden-care', 'Garden care']]],
    ],
  ],
  [
    'pets',
    'Pets',
    [
      [
        'grooming',
        'Grooming',
        [
          ['dog-grooming', 'Dog grooming'],
          ['cat-grooming', 'Cat grooming'],
        ],
      ],
      [
        'dog-training',
        'Dog training',
        [
          ['puppy-class', 'Puppy class'],
          ['behaviour-session', 'Behaviour session'],
        ],
      ],
      ['pet-care', 'Pet care', [['dog-walking', 'Dog walking']]],
    ],
  ],
  [
    'creative',
    'Photo & creative',
    [
      [
        'photography',
        'Photography',
        [
          ['portrait-session', 'Portrait session'],
          ['family-session', 'Family session'],
          ['product-photos', 'Product photos'],
        ],
      ],
      ['makeup', 'Make-up', [['event-makeup', 'Event make-up']]],
      [
        'workshops',
        'Workshops',
        [
          ['pottery', 'Pottery'],
          ['painting', 'Painting'],
        ],
      ],
    ],
  ],
  [
    'business',
    'Business & advice',
    [
      [
        'coaching',
        'Coaching',
        [
          ['career-coaching', 'Career coaching'],
          ['leadership-coaching', 'Leadership coaching'],
        ],
      ],
      [
        'tax',
        'Tax & bookkeeping',
        [
          ['tax-return', 'Tax return'],
          ['bookkeeping-hour', 'Bookkeeping'],
        ],
      ],
      ['legal', 'Legal', [['legal-consultation', 'Legal consultation']]],
    ],
  ],
  [
    'tech',
    'Tech & repair',
    [
      [
        'computer-help',
        'Computer help',
        [
          ['computer-setup', 'Computer set-up'],
          ['data-rescue', 'Data rescue'],
        ],
      ],
      ['bicycles', 'Bicycles', [['bike-service', 'Bicycle service']]],
      [
        'cars',
        'Cars',
        [
          ['car-detailing', 'Car detailing'],
          ['tyre-change', 'Tyre change'],
        ],
      ],
    ],
  ],
]
