#pragma once

// Decodes messages from standard input and encodes them again; the exit status.
int codec();
