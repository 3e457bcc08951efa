/** Measured rates of one kind of checkpoint on one machine. */
export interface PlanRates {
  readonly title: string;
  /** images per second of the pipeline, including decoding */
  readonly images: number;
  /** core-seconds per image */
  readonly inference: number;
  readonly decode: number;
  /** prompts per second */
  readonly prompts: number;
  /** width of an embedding */
  readonly dimension: number;
}

/** The amount of work, and the number of machines. */
export interface PlanSize {
  readonly checkpoints: number;
  readonly nodes: number;
  /** images of each benchmark */
  readonly sets: readonly number[];
  readonly partSize: number;
  readonly prompts: number;
  /** mean size of an image file in bytes */
  readonly imageBytes: number;
  /** bytes of predictions.csv per image and protocol */
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
  /** total of all nodes for all checkpoints */
  readonly nodeHours: number;
  /** wall-clock time if a node evaluates whole checkpoints: the busiest node decides */
  readonly hoursByCheckpoint: number;
  /** wall-clock time if nodes process units, with each checkpoint's prompts embedded once: the busiest node decides */
  readonly hoursByUnit: number;
  /** the same if all checkpoints of a node share the decoding of each image, as one command for several checkpoints does */
  readonly hoursSharedDecode: number;
  /** the components of a node's time */
  readonly shares: { readonly inference: number; readonly decode: number; readonly text: number };
  readonly embeddingBytes: number;
  readonly promptBytes: number;
  readonly predictionBytes: number;
  /** image files read once by one node */
  readonly passBytes: number;
  /** bytes per second that all nodes together read from shared storage while images are embedded */
  readonly readRate: number;
}

/**
 * Plans a sweep from measured rates: every node is a machine like the measured one, nothing else is running, and storage is fast
 * enough. Not included: start-up and scoring (seconds per checkpoint).
 */
export function planSweep(rates: PlanRates, size: PlanSize): Plan {
  const { checkpoints, nodes } = size;
  const images = size.sets.reduce((sum, n) => sum + n, 0);
  const parts = size.sets.reduce((sum, n) => sum + Math.ceil(n / size.partSize), 0);
  const hours = (seconds: number) => seconds / 3600;
  const imageHours = hours(images / rates.images);
  const textHours = hours(size.prompts / rates.prompts);
  const checkpointsPerNode = Math.ceil(checkpoints / nodes);
  const unitSeconds = size.partSize / rates.images;
  // What sharing leaves of an image's time: all but one decoding of `own`, at the pipeline's own efficiency
  const saved = (rates.decode * (1 - 1 / checkpointsPerNode)) / (rates.inference + rates.decode);
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
    hoursByCheckpoint: checkpointsPerNode * wholeHours,
    hoursByUnit: hours(Math.ceil((checkpoints * parts) / nodes) * unitSeconds) + checkpointsPerNode * textHours,
    hoursSharedDecode: checkpointsPerNode * (imageHours * (1 - saved) + textHours),
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
