//! The searches of the crate memchr, forward and in reverse. The protocol is that of all drivers: see ../README.md.

use memchr::memmem::{Finder, FinderRev};
use std::collections::HashMap;
use std::hint::black_box;
use std::io::{stdin, stdout, Write};
use std::os::fd::AsRawFd;

#[repr(C)]
struct Time {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, descriptor: i32, offset: i64) -> *mut u8;
    fn clock_gettime(clock: i32, time: *mut Time) -> i32;
}

const PROT_READ: i32 = 1;
const MAP_SHARED: i32 = 1;
const MAP_POPULATE: i32 = 0x8000;
const CLOCK_THREAD_CPUTIME_ID: i32 = 3;

/// Until the program ends.
fn map(path: &str) -> &'static [u8] {
    let file = std::fs::File::open(path).expect(path);
    let length = file.metadata().expect(path).len() as usize;
    let flags = MAP_SHARED | MAP_POPULATE;
    unsafe {
        let bytes = mmap(std::ptr::null_mut(), length, PROT_READ, flags, file.as_raw_fd(), 0);
        assert!(bytes as isize != -1, "cannot map {path}");
        std::slice::from_raw_parts(bytes, length)
    }
}

fn thread_time() -> i64 {
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.seconds * 1_000_000_000 + time.nanoseconds
}

fn main() {
    let mut files: HashMap<String, &'static [u8]> = HashMap::new();
    for line in stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let hay = *files.entry(words[1].to_string()).or_insert_with(|| map(words[1]));
        let needle = *files.entry(words[2].to_string()).or_insert_with(|| map(words[2]));
        let repeats: u64 = words[3].parse().unwrap();
        let mut found = None;
        // A finder prepared for each search, as kmmap and memmem have to.
        let start = thread_time();
        for _ in 0..repeats {
            found = match words[0] {
                "find" => Finder::new(black_box(needle)).find(black_box(hay)),
                _ => FinderRev::new(black_box(needle)).rfind(black_box(hay)),
            };
        }
        let time = thread_time() - start;
        println!("{} {}", time, found.map_or(-1, |at| at as i64));
        stdout().flush().unwrap();
    }
}
