import express, { Router } from 'express';
import { FAULTS } from '../platform/simulated-fault.ts';
import type { FaultSwitch } from './fault.ts';
import { XeError } from './xe-error.ts';

/**
 * `/simulator/fault`, which XE has not: GET tells what is being played and what can be, PUT `{"fault": "429", "times": 3}` plays it,
 * without `times` until DELETE takes it back.
 */
export function faultRoutes(faults: FaultSwitch): Router {
  const router = Router();
  router.get('/fault', (_req, res) => {
    res.json({ ...faults.shown(), known: FAULTS });
  });
  router.put('/fault', express.json({ limit: '1kb' }), (req, res) => {
    const { fault, times } = (req.body ?? {}) as { fault?: unknown; times?: unknown };
    const known = FAULTS.find((name) => name === fault);
    if (known === undefined) throw new XeError(400, `fault must be one of ${FAULTS.join(', ')}`);
    if (times !== undefined && !(Number.isInteger(times) && (times as number) > 0))
      throw new XeError(400, 'times must be a whole number above 0');
    faults.set(known, times as number | undefined);
    res.json(faults.shown());
  });
  router.delete('/fault', (_req, res) => {
    faults.set('none');
    res.json(faults.shown());
  });
  return router;
}
