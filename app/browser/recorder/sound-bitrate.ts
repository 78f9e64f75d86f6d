/** Bits a second of the sound: it is never thinned. */
export const SOUND_BITRATE = 32_000;
