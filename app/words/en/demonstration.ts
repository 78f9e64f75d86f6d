/** The exam that a practice run opens. */
export const demonstration = {
  heading: 'Demonstration exam',
  about:
    'Three questions, as in an exam of your learning platform. This page is for trying out: your answers are neither sent nor kept. The recorder goes on in its own window.',
  derivative: '1. What is the derivative of x² + 3x?',
  integral: '2. What is the integral of 2x from 0 to 3?',
  primes: '3. Why is there no largest prime number? A few sentences are enough.',
  done: 'When you are done, go back to the recorder’s window and choose “Finish the exam”.',
};
