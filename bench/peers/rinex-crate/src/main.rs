// Reads a RINEX observation file with the `rinex` crate and prints "OBSERVATIONS SECONDS".
// SPDX-License-Identifier: Apache-2.0
use rinex::{prelude::Rinex, record::Record};
use std::{env, process::ExitCode, time::Instant};

fn main() -> ExitCode {
    let Some(path) = env::args().nth(1) else {
        eprintln!("usage: rinex-crate FILE");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let rinex = match Rinex::from_file(&path) {
        Ok(rinex) => rinex,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let count: usize = match &rinex.record {
        Record::ObsRecord(epochs) => epochs.values().map(|epoch| epoch.signals.len()).sum(),
        _ => 0,
    };
    println!("{count} {seconds:.6}");
    ExitCode::SUCCESS
}
