/** Sees of kmmap what its module exports, and nothing else. */
module consumer {
    requires dev.kmmap;
}
