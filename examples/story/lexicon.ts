/**
 * The words of the story grammar, by what they can do in a sentence. Words of one class are interchangeable: the
 * grammar treats them alike, so a model that gives them similar embeddings learns about all from each. Within a
 * class the words are ordered from common to rare.
 */

export const people = ['anna', 'ben', 'clara', 'david', 'emma', 'felix', 'grace', 'henry'];
export const professions = [
  'farmer',
  'teacher',
  'baker',
  'doctor',
  'girl',
  'boy',
  'painter',
  'nurse',
  'neighbour',
];
export const livestock = ['cat', 'horse', 'cow', 'goat', 'pony', 'rabbit', 'sheep', 'dog', 'donkey', 'pig'];
export const wildlife = ['fox', 'bear', 'wolf', 'hawk', 'deer', 'badger'];
export const prey = ['mouse', 'fish', 'frog', 'bird', 'beetle', 'worm'];

export const food = ['bread', 'soup', 'cake', 'cheese', 'rice', 'pasta', 'pie', 'salad', 'chicken'];
export const fodder = ['hay', 'grass', 'corn', 'carrots', 'apples', 'seeds'];
export const drinks = ['water', 'tea', 'milk', 'coffee', 'juice', 'lemonade'];
export const things = ['door', 'bike', 'fence', 'table', 'boat', 'chair', 'lamp', 'window', 'clock'];

export const rooms = ['garden', 'kitchen', 'house', 'barn', 'park', 'forest', 'yard'];
export const landmarks = ['river', 'tree', 'wall', 'lake', 'church', 'bridge', 'mill'];
export const destinations = ['market', 'station', 'school', 'village', 'shop', 'beach', 'city'];
export const partsOfDay = ['morning', 'evening', 'afternoon'];
export const occasions = ['day', 'week', 'sunday', 'winter', 'summer'];

export const sharedAdjectives = ['little', 'big', 'young', 'lazy'];
export const animalAdjectives = ['brown', 'white', 'black', 'spotted'];
export const humanAdjectives = ['kind', 'busy', 'clever', 'tall'];
export const foodAdjectives = ['fresh', 'warm', 'sweet', 'good'];
export const thingAdjectives = ['broken', 'new', 'wooden', 'red'];
export const animalMoods = ['hungry', 'thirsty', 'tired', 'wet', 'calm', 'dirty'];
export const humanMoods = ['happy', 'late', 'tired', 'sick', 'proud', 'hungry'];

export const restingVerbs = ['sleeps', 'waits', 'plays', 'rests', 'sits', 'hides'];
export const movingVerbs = ['runs', 'walks', 'hurries', 'returns', 'comes'];
export const grazingVerbs = ['eats', 'finds', 'wants', 'smells', 'likes'];
export const noticingVerbs = ['sees', 'follows', 'hears', 'watches', 'fears'];
export const huntingVerbs = ['hunts', 'catches', 'chases', 'sees', 'hears'];
export const mealVerbs = ['eats', 'cooks', 'buys', 'makes', 'brings', 'likes', 'sells'];
export const drinkVerbs = ['drinks', 'pours', 'orders', 'spills'];
export const careVerbs = ['feeds', 'brushes', 'washes', 'calls', 'leads', 'watches'];
export const craftVerbs = ['repairs', 'cleans', 'paints', 'builds', 'carries', 'needs'];
export const socialVerbs = ['meets', 'visits', 'helps', 'thanks', 'invites', 'sees'];
export const sayingVerbs = ['says', 'thinks', 'hopes', 'believes'];

export const livestockTreatments = ['fed', 'washed', 'brushed', 'weighed', 'trained', 'sold'];
export const wildlifeFates = ['seen', 'caught', 'lost', 'trapped', 'scared'];
export const humanFates = ['paid', 'invited', 'thanked', 'hired', 'praised', 'called'];

export const manner = ['quickly', 'slowly', 'quietly', 'happily', 'alone'];
export const openers = ['sometimes', 'usually', 'today', 'tonight'];
