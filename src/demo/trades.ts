import type { NewService } from '#src/modules/catalog/index.ts'

export interface TradeService {
  readonly name: string
  readonly categoryId: string
  readonly description: string
  readonly minutes: number
  /** In whole units of the currency, before the price level of the city. */
  readonly price: number
  readonly bufferAfter?: number
  /** Above 1 it is a group. */
  readonly seats?: number
  readonly online?: boolean
  /** The provider answers each request. */
  readonly request?: boolean
  readonly extras?: readonly (readonly [name: string, price: number, minutes: number])[]
}

export interface Trade {
  readonly id: string
  /** {first}, {last}, {street} and {city} are filled in. */
  readonly names: readonly string[]
  readonly headlines: readonly string[]
  readonly about: readonly string[]
  readonly hours: 'shop' | 'office' | 'studio' | 'late' | 'weekend'
  readonly policies: readonly NewService['cancellationPolicy'][]
  readonly services: readonly TradeService[]
}

export const TRADES: readonly Trade[] = [
  {
    id: 'massage',
    names: [
      '{first} {last} Massage',
      'Still Water Massage {city}',
      'The Quiet Room, {street}',
      '{last} Bodywork',
      'Low Tide Massage',
    ],
    headlines: [
      'Deep, unhurried massage for people who sit too much',
      'Massage for tired backs, by appointment only',
      'Calm rooms, warm hands, no small talk unless you like it',
    ],
    about: [
      'We keep an hour between two people in the afternoon, so nobody is rushed and the room is always fresh.',
      'Tell us where it hurts and how much pressure you like. Oils are unscented unless you ask.',
      'The treatment room is warm and quiet, with a step-free entrance and a shower.',
    ],
    hours: 'studio',
    policies: ['flexible', 'moderate'],
    services: [
      {
        ...{
          name: 'Swedish massage',
          categoryId: 'swedish-massage',
          minutes: 60,
          price: 85,
          bufferAfter: 15,
        },
        description: 'A full-body massage with long, even strokes. Good for a first visit.',
        extras: [
          ['Hot stones', 15, 0],
          ['Fifteen minutes more', 20, 15],
        ],
      },
      {
        ...{
          name: 'Deep tissue massage',
          categoryId: 'deep-tissue',
          minutes: 60,
          price: 98,
          bufferAfter: 15,
        },
        description: 'Slow, firm work on back, neck and shoulders.',
        extras: [['Fifteen minutes more', 22, 15]],
      },
      {
        ...{
          name: 'Long deep tissue massage',
          categoryId: 'deep-tissue',
          minutes: 90,
          price: 138,
          bufferAfter: 15,
        },
        description: 'The same with time for hips and legs.',
      },
      {
        ...{
          name: 'Prenatal massage',
          categoryId: 'prenatal-massage',
          minutes: 50,
          price: 90,
          bufferAfter: 15,
          request: true,
        },
        description: 'From the fourth month on, lying on your side with plenty of cushions.',
      },
    ],
  },
  {
    id: 'hair',
    names: [
      'Salon {last}',
      '{first} on {street}',
      'Fringe & Fable',
      'The Parting, {city}',
      'Atelier {last} Hair',
    ],
    headlines: [
      'Cuts that still look good in week six',
      'A small salon with a long memory for what suits you',
      'Colour without harshness, cuts without fuss',
    ],
    about: [
      'Every first visit starts with ten minutes of talking before anything is cut.',
      'We use products from two small makers and are glad to tell you what is in them.',
      'Four chairs, good coffee, and a quiet chair for those who would rather not talk.',
    ],
    hours: 'shop',
    policies: ['flexible', 'moderate'],
    services: [
      {
        ...{ name: 'Cut & finish', categoryId: 'haircut', minutes: 45, price: 62, bufferAfter: 5 },
        description: 'Consultation, wash, cut and finish.',
        extras: [
          ['Scalp massage', 12, 10],
          ['Conditioning treatment', 18, 15],
        ],
      },
      {
        name: 'Colour & cut',
        categoryId: 'hair-colour',
        minutes: 120,
        price: 165,
        bufferAfter: 15,
        description:
          'Full colour with a cut. Please have a patch test with us two days before your first colour.',
      },
      {
        name: 'Blow-dry',
        categoryId: 'blow-dry',
        minutes: 30,
        price: 38,
        description: 'Wash and blow-dry for an evening out.',
      },
      {
        name: 'Balayage',
        categoryId: 'hair-colour',
        minutes: 180,
        price: 240,
        bufferAfter: 15,
        request: true,
        description: 'Hand-painted lights. We look at a photo of your hair first, so this is by request.',
      },
    ],
  },
  {
    id: 'barber',
    names: ['{last} & Sons Barbers', '{street} Barbershop', 'The Straight Edge', 'Copper Comb, {city}'],
    headlines: [
      'Sharp cuts, hot towels, straight talk',
      'Walk out neater than you came in',
      'Old tools, new cuts',
    ],
    about: [
      'Three barbers, one dog, and music at a volume you can talk over.',
      'A hot towel comes with every cut. Children are welcome on the booster.',
    ],
    hours: 'late',
    policies: ['flexible'],
    services: [
      {
        name: "Men's cut",
        categoryId: 'barber-cut',
        minutes: 30,
        price: 34,
        description: 'Clipper or scissors, finished with a hot towel.',
        extras: [['Beard line-up', 10, 10]],
      },
      {
        name: 'Cut & beard',
        categoryId: 'barber-cut',
        minutes: 50,
        price: 52,
        description: 'Cut, beard trim and oil.',
      },
      {
        name: 'Hot towel shave',
        categoryId: 'beard-trim',
        minutes: 30,
        price: 36,
        description: 'A proper shave with a straight razor.',
      },
    ],
  },
  {
    id: 'nails',
    names: ['Half Moon Nails', '{first} Nail Room', 'Lacquer on {street}', 'Tiny Canvas {city}'],
    headlines: [
      'Careful manicures in a room that smells of nothing',
      'Nails that last three weeks',
      'Neat, gentle, and never hurried',
    ],
    about: [
      'We use polishes without the strong solvents and change every file after one use.',
      'Designs are drawn by hand. Bring a picture if you have one.',
    ],
    hours: 'shop',
    policies: ['flexible'],
    services: [
      {
        name: 'Manicure',
        categoryId: 'manicure',
        minutes: 45,
        price: 40,
        description: 'Shape, care and polish.',
        extras: [
          ['Gel polish', 14, 15],
          ['Hand-drawn design', 12, 15],
        ],
      },
      {
        name: 'Pedicure',
        categoryId: 'pedicure',
        minutes: 60,
        price: 55,
        description: 'Soak, care, massage and polish.',
      },
      {
        name: 'Manicure & pedicure',
        categoryId: 'manicure',
        minutes: 100,
        price: 88,
        description: 'Both, one after the other.',
      },
    ],
  },
  {
    id: 'skin',
    names: ['Clear Day Skin Studio', '{last} Skin Care', 'Dew, {street}', 'Plain Good Skin'],
    headlines: [
      'Facials for real skin, without a sales talk',
      'Gentle skin care, explained',
      'An hour for your face',
    ],
    about: [
      'A first facial starts with looking closely and asking what you use at home.',
      'You leave with a note of what we did and nothing you have to buy.',
    ],
    hours: 'shop',
    policies: ['moderate'],
    services: [
      {
        name: 'Classic facial',
        categoryId: 'facial',
        minutes: 60,
        price: 92,
        bufferAfter: 10,
        description: 'Cleanse, peel, mask and massage.',
        extras: [['Eye treatment', 18, 10]],
      },
      {
        name: 'Short facial',
        categoryId: 'facial',
        minutes: 30,
        price: 52,
        bufferAfter: 10,
        description: 'For a lunch break.',
      },
      {
        name: 'Brow shape & tint',
        categoryId: 'brows-lashes',
        minutes: 30,
        price: 34,
        description: 'Shaped, tinted, done.',
      },
    ],
  },
  {
    id: 'yoga',
    names: ['Morning House Yoga', '{city} Yoga Loft', 'Slow Breath, {street}', 'Ground Floor Yoga'],
    headlines: [
      'Small classes, kind teachers, all bodies',
      'Yoga for people who are not bendy yet',
      'Eight mats, tall windows',
    ],
    about: [
      'Never more than ten people, so the teacher sees you.',
      'Mats, blocks and blankets are here; bring yourself and something warm for the end.',
    ],
    hours: 'late',
    policies: ['flexible', 'non_refundable'],
    services: [
      {
        name: 'Vinyasa class',
        categoryId: 'vinyasa-yoga',
        minutes: 60,
        price: 18,
        seats: 10,
        bufferAfter: 15,
        description: 'A flowing class at a friendly pace.',
      },
      {
        name: 'Gentle hatha class',
        categoryId: 'hatha-yoga',
        minutes: 75,
        price: 18,
        seats: 8,
        bufferAfter: 15,
        description: 'Slow and steady, good for beginners and sore backs.',
      },
      {
        name: 'Private lesson',
        categoryId: 'hatha-yoga',
        minutes: 60,
        price: 75,
        bufferAfter: 15,
        description: 'A practice made for you.',
      },
    ],
  },
  {
    id: 'pilates',
    names: ['Long Line Pilates', 'Studio {last} Pilates', 'Centre & Spring', '{street} Reformer'],
    headlines: [
      'Reformer Pilates for six at a time',
      'Strong middle, easy shoulders',
      'Precise, patient, surprisingly hard',
    ],
    about: [
      'Six reformers, one teacher, and corrections you will remember.',
      'New here? Start with a private session: we set the machine up for your height and back.',
    ],
    hours: 'late',
    policies: ['moderate'],
    services: [
      {
        name: 'Reformer class',
        categoryId: 'reformer-pilates',
        minutes: 50,
        price: 28,
        seats: 6,
        bufferAfter: 10,
        description: 'For everybody who has had an introduction.',
      },
      {
        name: 'Mat class',
        categoryId: 'mat-pilates',
        minutes: 50,
        price: 20,
        seats: 10,
        bufferAfter: 10,
        description: 'Nothing but you and the floor.',
      },
      {
        name: 'Private introduction',
        categoryId: 'reformer-pilates',
        minutes: 55,
        price: 82,
        description: 'The machine, the words, and your first series.',
      },
    ],
  },
  {
    id: 'training',
    names: ['{first} {last} Training', 'Good Form {city}', 'Sandbag & Steel', 'The Lifting Room'],
    headlines: [
      'Strength for beginners of every age',
      'Get strong without getting shouted at',
      'Plans that survive a busy week',
    ],
    about: [
      'We start with how you move, not with how much you lift.',
      'After each session you get a short note with what to do until the next one.',
    ],
    hours: 'late',
    policies: ['strict', 'moderate'],
    services: [
      {
        name: 'Personal training',
        categoryId: 'strength-coaching',
        minutes: 60,
        price: 78,
        description: 'One to one, in the gym.',
        extras: [['Written plan for the week', 15, 0]],
      },
      {
        name: 'First assessment',
        categoryId: 'strength-coaching',
        minutes: 45,
        price: 45,
        description: 'Movement, history, goals.',
      },
      {
        name: 'Running technique',
        categoryId: 'running-coaching',
        minutes: 60,
        price: 65,
        description: 'Outside, with video.',
      },
    ],
  },
  {
    id: 'physio',
    names: ['{last} Physiotherapy', 'Move Well {city}', 'Backbone, {street}', 'Joint Effort Physio'],
    headlines: [
      'Find out why it hurts, and what to do',
      'Physiotherapy with time to explain',
      'Back to running, lifting or gardening',
    ],
    about: [
      'The first session is mostly questions and careful tests; you leave with a plan on one page.',
      'We work with sports clubs nearby and with people who have never owned trainers.',
    ],
    hours: 'office',
    policies: ['moderate'],
    services: [
      {
        name: 'First examination',
        categoryId: 'back-pain',
        minutes: 60,
        price: 95,
        bufferAfter: 10,
        description: 'History, examination, plan and first treatment.',
      },
      {
        name: 'Treatment',
        categoryId: 'back-pain',
        minutes: 40,
        price: 70,
        bufferAfter: 10,
        description: 'Hands-on treatment and exercises.',
      },
      {
        name: 'Sports physiotherapy',
        categoryId: 'sports-physio',
        minutes: 45,
        price: 82,
        bufferAfter: 10,
        description: 'For injuries and for coming back after them.',
      },
    ],
  },
  {
    id: 'counselling',
    names: [
      '{first} {last}, counsellor',
      'Second Chair Counselling',
      'Talk, {city}',
      '{last} Therapy Practice',
    ],
    headlines: [
      'A calm hour to think out loud',
      'Counselling in person or by video',
      'For hard weeks and long questions',
    ],
    about: [
      'You do not need to know what to say. We begin wherever you are.',
      'Sessions by video work well too; you get a private link with the confirmation.',
    ],
    hours: 'office',
    policies: ['moderate', 'strict'],
    services: [
      {
        name: 'First talk by video',
        categoryId: 'individual-counselling',
        minutes: 30,
        price: 40,
        online: true,
        request: true,
        description: 'To find out whether we suit each other.',
      },
      {
        name: 'Individual session',
        categoryId: 'individual-counselling',
        minutes: 50,
        price: 90,
        bufferAfter: 10,
        description: 'In the practice.',
      },
      {
        name: 'Individual session by video',
        categoryId: 'individual-counselling',
        minutes: 50,
        price: 85,
        bufferAfter: 10,
        online: true,
        description: 'Wherever you are undisturbed.',
      },
      {
        name: 'Session for couples',
        categoryId: 'couples-counselling',
        minutes: 80,
        price: 140,
        bufferAfter: 10,
        description: 'Both of you, in the practice.',
      },
    ],
  },
  {
    id: 'music',
    names: ['{first} {last} Guitar', 'Open Strings, {street}', '{last} Music Room', 'Three Chords {city}'],
    headlines: [
      'Play a song by the end of the first lesson',
      'Patient lessons for grown-up beginners',
      'Guitar, piano and no exams',
    ],
    about: [
      'There is a spare guitar here, so you can start before you own one.',
      'We choose the songs together and write down what to practise.',
    ],
    hours: 'late',
    policies: ['flexible'],
    services: [
      {
        name: 'Guitar lesson',
        categoryId: 'guitar-lesson',
        minutes: 45,
        price: 48,
        description: 'One to one, all levels.',
        extras: [['Recording of the lesson', 5, 0]],
      },
      {
        name: 'Piano lesson',
        categoryId: 'piano-lesson',
        minutes: 45,
        price: 52,
        description: 'On a well-kept upright.',
      },
      {
        name: 'Lesson by video',
        categoryId: 'guitar-lesson',
        minutes: 45,
        price: 42,
        online: true,
        description: 'Two cameras, so that you see both hands.',
      },
    ],
  },
  {
    id: 'languages',
    names: ['{first} teaches', 'Kitchen Table Languages', 'Plain Speaking {city}', '{last} Language Lessons'],
    headlines: [
      'Talk from the first minute',
      'Lessons about your life, not about a textbook family',
      'English, Spanish and German for busy people',
    ],
    about: [
      'Bring a mail, a song or a form you have to fill in: that is the lesson.',
      'Everything we write goes into a document you keep.',
    ],
    hours: 'late',
    policies: ['flexible'],
    services: [
      {
        name: 'English conversation',
        categoryId: 'english-lesson',
        minutes: 45,
        price: 36,
        online: true,
        description: 'By video, corrected kindly.',
      },
      {
        name: 'Spanish lesson',
        categoryId: 'spanish-lesson',
        minutes: 60,
        price: 44,
        online: true,
        description: 'From zero or from where you stopped.',
      },
      {
        name: 'German evening group',
        categoryId: 'german-lesson',
        minutes: 75,
        price: 22,
        seats: 6,
        description: 'Six people, one table, in person.',
      },
    ],
  },
  {
    id: 'maths',
    names: ['Clear Steps Maths', '{first} {last} Tutoring', 'Chalk & Reason', '{city} Homework Club'],
    headlines: ['Maths, until it is boringly easy', 'Calm help before the exam', 'We find the missing step'],
    about: [
      'Most trouble starts two years before it shows. We go back and fetch it.',
      'Parents get three sentences after each lesson.',
    ],
    hours: 'late',
    policies: ['flexible', 'moderate'],
    services: [
      {
        name: 'Maths lesson',
        categoryId: 'maths-tutoring',
        minutes: 60,
        price: 45,
        description: 'School years 7 to 13.',
      },
      {
        name: 'Maths lesson by video',
        categoryId: 'maths-tutoring',
        minutes: 60,
        price: 40,
        online: true,
        description: 'With a shared board.',
      },
      {
        name: 'Physics & chemistry',
        categoryId: 'science-tutoring',
        minutes: 60,
        price: 48,
        description: 'Also before exams.',
      },
    ],
  },
  {
    id: 'cleaning',
    names: ['Bright Corners', '{last} Home Cleaning', 'Two Buckets {city}', 'Spruce on {street}'],
    headlines: [
      'Two careful people, two hours, one clean flat',
      'Cleaning that reaches behind the sofa',
      'The same two faces every time',
    ],
    about: [
      'We bring everything, with products that are kind to children and cats.',
      'You get the same pair each time, paid fairly and insured.',
    ],
    hours: 'office',
    policies: ['moderate'],
    services: [
      {
        name: 'Home cleaning, two hours',
        categoryId: 'home-cleaning',
        minutes: 120,
        price: 110,
        bufferAfter: 30,
        description: 'Kitchen, bathroom, floors and dust.',
        extras: [
          ['Inside of the oven', 25, 30],
          ['Inside of the fridge', 18, 20],
        ],
      },
      {
        name: 'Deep cleaning, four hours',
        categoryId: 'home-cleaning',
        minutes: 240,
        price: 210,
        bufferAfter: 30,
        description: 'For moving in, moving out, or spring.',
      },
      {
        name: 'Window cleaning',
        categoryId: 'window-cleaning',
        minutes: 90,
        price: 80,
        bufferAfter: 30,
        description: 'Up to ten windows, inside and out.',
      },
    ],
  },
  {
    id: 'handyman',
    names: ['{first} Fixes', 'Small Jobs {city}', '{last} Repairs', 'Level & Plumb'],
    headlines: [
      'The list on your fridge, done by Saturday',
      'No job too small',
      'Shelves, taps, doors that stick',
    ],
    about: [
      'Send a photo with the booking and I bring the right screws.',
      'I clean up after myself and take the boxes with me.',
    ],
    hours: 'office',
    policies: ['flexible'],
    services: [
      {
        name: 'One hour of repairs',
        categoryId: 'small-repairs',
        minutes: 60,
        price: 65,
        bufferAfter: 30,
        description: 'Whatever fits into an hour.',
        extras: [['Pick up materials first', 20, 0]],
      },
      {
        name: 'Half a day of repairs',
        categoryId: 'small-repairs',
        minutes: 240,
        price: 230,
        bufferAfter: 30,
        request: true,
        description: 'For the long list.',
      },
      {
        name: 'Furniture assembly',
        categoryId: 'furniture-assembly',
        minutes: 90,
        price: 90,
        bufferAfter: 30,
        description: 'Wardrobes, beds, desks.',
      },
    ],
  },
  {
    id: 'grooming',
    names: ['Damp Dog', 'The Wagging Room', '{first} Dog Grooming', 'Soft Paws {city}'],
    headlines: [
      'One dog at a time, no cages',
      'Grooming for nervous dogs too',
      'Clean, trimmed and still friends',
    ],
    about: [
      'Only one dog is here at a time, and you are welcome to stay.',
      'For nervous ones we start with a visit that is nothing but biscuits.',
    ],
    hours: 'shop',
    policies: ['flexible'],
    services: [
      {
        name: 'Wash & brush',
        categoryId: 'dog-grooming',
        minutes: 45,
        price: 45,
        bufferAfter: 15,
        description: 'Up to 25 kg.',
        extras: [
          ['Nails', 10, 10],
          ['Larger than 25 kg', 15, 15],
        ],
      },
      {
        name: 'Full groom',
        categoryId: 'dog-grooming',
        minutes: 90,
        price: 78,
        bufferAfter: 15,
        description: 'Wash, dry, cut, nails and ears.',
      },
      {
        name: 'Cat brushing',
        categoryId: 'cat-grooming',
        minutes: 30,
        price: 40,
        bufferAfter: 15,
        description: 'Patience included.',
      },
    ],
  },
  {
    id: 'dogs',
    names: ['Good Company Dogs', 'Loose Lead {city}', '{last} Dog School', 'Sit, Stay, {street}'],
    headlines: [
      'Puppy classes that people enjoy as well',
      'Kind training, clear rules',
      'For dogs that are a bit much',
    ],
    about: [
      'We train with food, play and good timing, never with pain.',
      'Classes are outside in all but the worst weather.',
    ],
    hours: 'weekend',
    policies: ['flexible', 'non_refundable'],
    services: [
      {
        name: 'Puppy class',
        categoryId: 'puppy-class',
        minutes: 60,
        price: 24,
        seats: 8,
        description: 'Eight to eighteen weeks old.',
      },
      {
        name: 'Behaviour session',
        categoryId: 'behaviour-session',
        minutes: 75,
        price: 95,
        request: true,
        description: 'At your home, for pulling, barking or fear.',
      },
      {
        name: 'Dog walk',
        categoryId: 'dog-walking',
        minutes: 60,
        price: 26,
        description: 'One hour in the park, with a photo.',
      },
    ],
  },
  {
    id: 'photo',
    names: [
      '{first} {last} Photography',
      'North Light Studio',
      'Daylight, {street}',
      'Plain Portraits {city}',
    ],
    headlines: [
      'Portraits that look like you on a good day',
      'Natural light, easy hour',
      'Families, faces and things you sell',
    ],
    about: [
      'The first ten minutes are for getting used to the camera; nobody likes those and nobody minds them.',
      'You get a gallery within a week and choose what you like.',
    ],
    hours: 'studio',
    policies: ['strict', 'moderate'],
    services: [
      {
        name: 'Portrait session',
        categoryId: 'portrait-session',
        minutes: 60,
        price: 150,
        bufferAfter: 15,
        description: 'Ten finished pictures.',
        extras: [
          ['Ten more pictures', 60, 0],
          ['Second outfit', 25, 20],
        ],
      },
      {
        name: 'Family session',
        categoryId: 'family-session',
        minutes: 90,
        price: 220,
        bufferAfter: 30,
        request: true,
        description: 'In the studio or the park.',
      },
      {
        name: 'Product photographs',
        categoryId: 'product-photos',
        minutes: 120,
        price: 260,
        bufferAfter: 30,
        request: true,
        description: 'Up to twelve products on white.',
      },
    ],
  },
  {
    id: 'pottery',
    names: ['Mud & Fire', '{last} Pottery', 'The Wheel Room, {city}', 'Wet Clay {street}'],
    headlines: [
      'Make a bowl, take it home',
      'Clay evenings for beginners',
      'Seven wheels and a patient teacher',
    ],
    about: [
      'Wear something that may get dirty; aprons and towels are here.',
      'We fire and glaze what you make; fetch it three weeks later.',
    ],
    hours: 'weekend',
    policies: ['moderate', 'non_refundable'],
    services: [
      {
        name: 'First time at the wheel',
        categoryId: 'pottery',
        minutes: 120,
        price: 58,
        seats: 7,
        bufferAfter: 30,
        description: 'Two hours, two pieces, tea.',
      },
      {
        name: 'Watercolour evening',
        categoryId: 'painting',
        minutes: 120,
        price: 46,
        seats: 10,
        bufferAfter: 30,
        description: 'All materials are here.',
      },
    ],
  },
  {
    id: 'coaching',
    names: ['{first} {last} Coaching', 'Next Desk', 'Clear Road Coaching', '{last} & Partners'],
    headlines: [
      'Work out what you want to do next',
      'For new managers and tired old ones',
      'Good questions, written answers',
    ],
    about: [
      'Between two sessions you get one page with what we found and what you want to try.',
      'All sessions are by video; early and late hours are on purpose.',
    ],
    hours: 'office',
    policies: ['strict', 'moderate'],
    services: [
      {
        name: 'Career session',
        categoryId: 'career-coaching',
        minutes: 60,
        price: 120,
        online: true,
        description: 'For decisions, applications and pay talks.',
      },
      {
        name: 'Leadership session',
        categoryId: 'leadership-coaching',
        minutes: 75,
        price: 165,
        online: true,
        request: true,
        description: 'For people who lead people.',
      },
      {
        name: 'CV check',
        categoryId: 'career-coaching',
        minutes: 30,
        price: 60,
        online: true,
        description: 'Read, marked and discussed.',
      },
    ],
  },
  {
    id: 'bicycle',
    names: ['Spoke & Wrench', '{street} Cycles', '{last} Bicycle Works', 'True Wheel {city}'],
    headlines: [
      'Bring it in the morning, ride it home',
      'Bicycles serviced while you wait',
      'We fix what you ride',
    ],
    about: [
      'Book a time and your bicycle goes straight onto the stand.',
      'If we find something that costs extra, we ring you first.',
    ],
    hours: 'shop',
    policies: ['flexible'],
    services: [
      {
        name: 'Service',
        categoryId: 'bike-service',
        minutes: 60,
        price: 70,
        description: 'Brakes, gears, wheels, chain.',
        extras: [
          ['New chain', 30, 10],
          ['New brake pads', 24, 10],
        ],
      },
      { name: 'Puncture', categoryId: 'bike-service', minutes: 20, price: 20, description: 'Tube included.' },
      {
        name: 'Wheel truing',
        categoryId: 'bike-service',
        minutes: 30,
        price: 28,
        description: 'Straight again.',
      },
    ],
  },
  {
    id: 'cars',
    names: ['Second Shine', '{last} Car Care', 'Garage on {street}', 'Clean Machine {city}'],
    headlines: ['Inside and out, by hand', 'Your car, but new', 'Tyres and shine by appointment'],
    about: [
      'We come to a parking place or you come to us; water is recycled.',
      'Dog hair is our speciality.',
    ],
    hours: 'office',
    policies: ['moderate'],
    services: [
      {
        name: 'Interior & exterior',
        categoryId: 'car-detailing',
        minutes: 120,
        price: 120,
        bufferAfter: 15,
        description: 'Washed, vacuumed, polished.',
        extras: [
          ['Dog hair', 25, 30],
          ['Headlights', 35, 30],
        ],
      },
      {
        name: 'Tyre change',
        categoryId: 'tyre-change',
        minutes: 40,
        price: 55,
        description: 'Summer to winter, or back.',
      },
    ],
  },
  {
    id: 'tax',
    names: ['{last} Tax & Books', 'Plain Numbers', 'Ledger House {city}', '{first} {last}, bookkeeper'],
    headlines: [
      'Tax returns without the headache',
      'Books in order, questions answered',
      'For people who work for themselves',
    ],
    about: ['Bring the shoebox. We have seen worse.', 'You always hear the price before we start.'],
    hours: 'office',
    policies: ['strict', 'moderate'],
    services: [
      {
        name: 'Tax return, first talk',
        categoryId: 'tax-return',
        minutes: 45,
        price: 80,
        online: true,
        description: 'What you need, what it costs, what comes back.',
      },
      {
        name: 'Bookkeeping hour',
        categoryId: 'bookkeeping-hour',
        minutes: 60,
        price: 75,
        description: 'Side by side at your books.',
      },
      {
        name: 'Question to a lawyer',
        categoryId: 'legal-consultation',
        minutes: 30,
        price: 95,
        online: true,
        request: true,
        description: 'Contracts and letters, in plain words.',
      },
    ],
  },
  {
    id: 'meditation',
    names: ['Soft Hour', '{first} Breath & Sound', 'The Listening Room, {city}', 'Slow Bell'],
    headlines: [
      'Sit down, breathe, that is all',
      'Meditation without incense',
      'Lunchtime quiet for busy heads',
    ],
    about: [
      'Chairs, cushions, blankets, and nobody who talks about energy.',
      'Come five minutes early; the door closes when the bell rings.',
    ],
    hours: 'late',
    policies: ['flexible', 'non_refundable'],
    services: [
      {
        name: 'Lunchtime meditation',
        categoryId: 'meditation',
        minutes: 30,
        price: 12,
        seats: 12,
        description: 'Half an hour, guided.',
      },
      {
        name: 'Breathwork session',
        categoryId: 'breathwork',
        minutes: 75,
        price: 70,
        bufferAfter: 15,
        description: 'One to one.',
      },
      {
        name: 'Reflexology',
        categoryId: 'reflexology',
        minutes: 50,
        price: 68,
        bufferAfter: 10,
        description: 'For the feet, and so for everything.',
      },
    ],
  },
]
