/* Process 1 of a pod's namespaces, and of the node's: it waits, buries orphans, and goes when it is told to.
   Without a handler the kernel would not deliver SIGTERM to a process 1. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void leave(int number) {
    (void)number;
    _exit(0);
}

static void bury(int number) {
    (void)number;
    while (waitpid(-1, 0, WNOHANG) > 0) {
    }
}

int main(void) {
    struct sigaction leaving = {.sa_handler = leave}, burying = {.sa_handler = bury, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGINT, &leaving, 0);
    sigaction(SIGTERM, &leaving, 0);
    sigaction(SIGCHLD, &burying, 0);
    for (;;) pause();
}
