#ifndef KMMAP_KERNEL_TEST_MEMORY_H
#define KMMAP_KERNEL_TEST_MEMORY_H

/* Memory between two pages that must not be touched, so that one byte too many is a fault. */
struct fenced {
    unsigned char *start;
    size_t size;
};

/* At least so many bytes. There is no way to give them back: a test has a few such regions. */
struct fenced fenced_memory(size_t size);

void make_read_only(struct fenced memory);
void make_writable(struct fenced memory);

#endif
