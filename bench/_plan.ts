/** Rates of one kind of checkpoint on one machine, as measured. */
export interface PlanRates {
  readonly title: string;
  /** images a second of the pipeline, decoding included */
  readonly images: number;
  /** core-seconds an image */
  readonly inference: number;
  readonly decode: number;
  /** prompts a second */
  readonly prompts: number;
  /** numbers of an embedding */
  readonly dimension: number;
}

/** What there is to do, and on how much. */
export interface PlanSize {
  readonly checkpoints: number;
  readonly nodes: number;
  /** images of each benchmark */
  readonly sets: readonly number[];
  readonly partSize: number;
  readonly prompts: number;
  /** mean bytes of an image file */
  readonly imageBytes: number;
  /** bytes of predictions.csv an image and protocol */
  readonly predictionBytes: number;
}

export interface Plan {
  readonly images: number;
  readonly parts: number;
  /** checkpoint × part */
  readonly units: number;
  readonly unitSeconds: number;
  readonly imageHours: number;
  readonly textHours: number;
  /** of all nodes together, for all checkpoints */
  readonly nodeHours: number;
  /** wall clock where a node takes whole checkpoints: the fullest node decides */
  readonly hoursByCheckpoint: number;
  /** wall clock where nodes take units, each checkpoint's prompts done once: the fullest node decides */
  readonly hoursByUnit: number;
  /** the same if all checkpoints of a node share one decoding of each image, as one command over several does */
  readonly hoursSharedDecode: number;
  /** the parts of a node's time */
  readonly shares: { readonly inference: number; readonly decode: number; readonly text: number };
  readonly embeddingBytes: number;
  readonly promptBytes: number;
  readonly predictionBytes: number;
  /** image files read once by one node */
  readonly passBytes: number;
  /** read from shared storage by all nodes together while images are embedded, bytes a second */
  readonly readRate: number;
}

/**
 * Plans a sweep from measured rates: every node is a machine like the one measured, nothing else is running, storage keeps up.
 * Not counted: start-up and scoring (seconds a checkpoint).
 */
export function planSweep(rates: PlanRates, size: PlanSize): Plan {
  const { checkpoints, nodes } = size;
  const images = size.sets.reduce((sum, n) => sum + n, 0);
  const parts = size.sets.reduce((sum, n) => sum + Math.ceil(n / size.partSize), 0);
  const hours = (seconds: number) => seconds / 3600;
  const imageHours = hours(images / rates.images);
  const textHours = hours(size.prompts / rates.prompts);
  const own = Math.ceil(checkpoints / nodes);
  const unitSeconds = size.partSize / rates.images;
  // What sharing leaves of an image's time: all but one decoding of `own`, at the pipeline's own efficiency
  const saved = (rates.decode * (1 - 1 / own)) / (rates.inference + rates.decode);
  const wholeHours = imageHours + textHours;
  const imageShare = imageHours / wholeHours;
  const inferenceOfImage = rates.inference / (rates.inference + rates.decode);
  return {
    images,
    parts,
    units: checkpoints * parts,
    unitSeconds,
    imageHours,
    textHours,
    nodeHours: checkpoints * wholeHours,
    hoursByCheckpoint: own * wholeHours,
    hoursByUnit: hours(Math.ceil((checkpoints * parts) / nodes) * unitSeconds) + own * textHours,
    hoursSharedDecode: own * (imageHours * (1 - saved) + textHours),
    shares: {
      inference: imageShare * inferenceOfImage,
      decode: imageShare * (1 - inferenceOfImage),
      text: 1 - imageShare,
    },
    embeddingBytes: checkpoints * images * rates.dimension * 4,
    promptBytes: checkpoints * size.prompts * rates.dimension * 4,
    predictionBytes: checkpoints * images * size.predictionBytes,
    passBytes: images * size.imageBytes,
    readRate: nodes * rates.images * size.imageBytes,
  };
}
